-- The end of a record's retention is stated once, with its entry, and never while
-- somebody holds the record.
CREATE FUNCTION public.guard_record_erased() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.record_erased_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was erased stays erased'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM public.disclosure_legalhold h
         WHERE h.disclosure_request_id = NEW.id AND h.lifted_at IS NULL)
    THEN
        RAISE EXCEPTION 'a legal hold forbids to erase this'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = 'request:' || NEW.id AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER record_erased
    AFTER UPDATE ON public.disclosure_disclosurerequest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.record_erased_at IS DISTINCT FROM NEW.record_erased_at)
    EXECUTE FUNCTION public.guard_record_erased();
ALTER TABLE public.disclosure_disclosurerequest
    ENABLE ALWAYS TRIGGER record_erased;
