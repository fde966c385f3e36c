"""One module per noun: ``organizations.establish(…)``, ``appointments.appoint(…)``."""
