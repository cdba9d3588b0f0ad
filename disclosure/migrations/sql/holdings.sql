-- The way to what is held: nobody chooses, asks, closes or explains without an entry.

-- A choice of account is settled once and otherwise never changes.
CREATE FUNCTION public.guard_account_choice() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.outcome <> '' OR (NEW.disclosure_request_id, NEW.target_id,
            NEW.resolution_id, NEW.account_ref, NEW.holder_kind, NEW.is_minor,
            NEW.account_status, NEW.retention_ends_on, NEW.reason_sealed,
            NEW.chosen_by_id, NEW.chosen_at)
        IS DISTINCT FROM (OLD.disclosure_request_id, OLD.target_id,
            OLD.resolution_id, OLD.account_ref, OLD.holder_kind, OLD.is_minor,
            OLD.account_status, OLD.retention_ends_on, OLD.reason_sealed,
            OLD.chosen_by_id, OLD.chosen_at)
    THEN
        RAISE EXCEPTION 'a choice of account is settled once and never changes'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- The catalogue belongs to no request: its entries stand in the directory's stream.
CREATE FUNCTION public.guard_directory_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = 'directory' AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- A reason stands beside the entry of what it was given for, and stays as given.
CREATE FUNCTION public.guard_stated_reason() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'a stated reason never changes'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.xid = pg_current_xact_id()
           AND e.stream = coalesce('request:' || NEW.disclosure_request_id,
                                   'actor:user:' || NEW.stated_by_id))
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER choice_settled_once BEFORE UPDATE ON public.disclosure_accountchoice
    FOR EACH ROW EXECUTE FUNCTION public.guard_account_choice();
ALTER TABLE public.disclosure_accountchoice
    ENABLE ALWAYS TRIGGER choice_settled_once;

CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_servicefield DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_directory_entry();
ALTER TABLE public.disclosure_servicefield ENABLE ALWAYS TRIGGER entry_written;

CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_statedreason DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_stated_reason();
ALTER TABLE public.disclosure_statedreason ENABLE ALWAYS TRIGGER entry_written;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_accountresolution', 'disclosure_accountchoice',
        'disclosure_lookuppart', 'disclosure_holdingtask',
        'disclosure_preservationproposal']
    LOOP
        EXECUTE format(
            'CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE '
            'ON public.%I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW '
            'EXECUTE FUNCTION public.guard_entry()', guarded);
        EXECUTE format(
            'ALTER TABLE public.%I ENABLE ALWAYS TRIGGER entry_written', guarded);
    END LOOP;
END
$$;
