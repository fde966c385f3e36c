-- The portal's own role in PostgreSQL: it reads and writes rows, but owns nothing, and could not change the audit trail
-- even if the triggers were not there. Tables are made and changed by the owner (docs/operations.md, City).
--
-- Once, as postgres:     createuser --pwprompt branchyear_app
-- then as the owner, and again after every upgrade and every restore (it may be run at any time):
--     psql "$OWNER_URL" -v ON_ERROR_STOP=1 --single-transaction --file deploy/restricted_role.sql
-- branchyear/tests/test_restricted_role.py runs this very file.

GRANT USAGE ON SCHEMA public TO branchyear_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO branchyear_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO branchyear_app;
-- Of what the owner makes from now on.
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO branchyear_app;
ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO branchyear_app;

-- The trail is added to, and that is all.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_link FROM branchyear_app;
-- Its keys are written anew when FIELD_KEY is changed, and never removed.
REVOKE DELETE, TRUNCATE ON audit_chainkey FROM branchyear_app;
-- Who migrates is the owner.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations FROM branchyear_app;
