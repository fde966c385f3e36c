"""What all resources of the API share; each app's ``api`` modules say what theirs are.

``resources`` reading, writing, acts · ``fields`` what is shown and asked · ``problems`` one body for every error
(RFC 9457) · ``keyset`` pages · ``filters`` · ``versions`` ETag, If-Match · ``again`` Idempotency-Key · ``tokens`` who
asks · ``rates`` · ``schema``
"""
