"""A believable city to try the portal with: invented people, real habits. Built through the services.

Every ID number begins with 99, which is no region's code, so that none can be a real person's; every
telephone begins with 100, which no network uses.
"""
