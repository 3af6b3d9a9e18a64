-- Keeps the ledger of a PostgreSQL site in a table for each month.
--
--     psql "$DATABASE_URL" --set=ON_ERROR_STOP=1 --file=deploy/postgresql/ledger_by_month.sql
--
-- The first time it makes what is there the first table, without copying a row, and waits for
-- answers that are being settled. Each time it makes the tables of the next year: run it monthly. The site may run meanwhile, and needs no setting.

BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    index record;
    key record;
    -- Not the next month, which has begun already in time zones ahead of the server's.
    month date := date_trunc('month', now()) + interval '2 months';
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'conversations_ledgerentry'::regclass) = 'p' THEN
        RETURN;
    END IF;
    LOCK conversations_ledgerentry IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM conversations_ledgerentry WHERE day >= month) THEN
        RAISE EXCEPTION 'The ledger has entries of days to come: the clock was wrong.';
    END IF;
    ALTER TABLE conversations_ledgerentry RENAME TO conversations_ledgerentry_first;
    CREATE TABLE conversations_ledgerentry (LIKE conversations_ledgerentry_first)
        PARTITION BY RANGE (day);

    -- Numbers of entries come from a sequence of the new table.
    CREATE SEQUENCE conversations_ledgerentry_number OWNED BY conversations_ledgerentry.id;
    PERFORM setval('conversations_ledgerentry_number',
        coalesce((SELECT max(id) FROM conversations_ledgerentry_first), 0) + 1, false);
    ALTER TABLE conversations_ledgerentry_first ALTER id DROP IDENTITY;
    ALTER TABLE conversations_ledgerentry
        ALTER id SET DEFAULT nextval('conversations_ledgerentry_number');

    -- The same keys and indexes, which PostgreSQL takes from the first table where it is attached.
    FOR key IN SELECT conname AS name, contype AS kind, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE conrelid = 'conversations_ledgerentry_first'::regclass AND contype IN ('u', 'f', 'c')
    LOOP
        IF key.kind = 'u' THEN
            EXECUTE format('ALTER TABLE conversations_ledgerentry_first RENAME CONSTRAINT %I TO %I',
                key.name, left(key.name, 55) || '_first');
        END IF;
        EXECUTE format('ALTER TABLE conversations_ledgerentry ADD CONSTRAINT %I %s',
            key.name, key.definition);
    END LOOP;
    FOR index IN SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE tablename = 'conversations_ledgerentry_first' AND indexdef NOT LIKE '%UNIQUE%'
    LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', index.name, left(index.name, 55) || '_first');
        EXECUTE replace(index.definition, 'ledgerentry_first', 'ledgerentry');
    END LOOP;

    EXECUTE format('ALTER TABLE conversations_ledgerentry ATTACH PARTITION '
        'conversations_ledgerentry_first FOR VALUES FROM (MINVALUE) TO (%L)', month);
    -- For days that no table has yet.
    CREATE TABLE conversations_ledgerentry_later PARTITION OF conversations_ledgerentry DEFAULT;
    CREATE INDEX ON conversations_ledgerentry_later (id);
END $$;

DO $$
DECLARE
    month date;
    name text;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', now()) + interval '2 months',
        now() + interval '13 months', '1 month')
    LOOP
        name := 'conversations_ledgerentry_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF conversations_ledgerentry '
                'FOR VALUES FROM (%L) TO (%L)', name, month, month + interval '1 month');
            -- The first table has its primary key.
            EXECUTE format('CREATE INDEX ON %I (id)', name);
        END IF;
    END LOOP;
END $$;

COMMIT;
