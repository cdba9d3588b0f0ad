-- Document numbers run without a gap and stay what they were.
CREATE FUNCTION public.guard_document_number() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT max(n.number) INTO last
          FROM public.disclosure_documentnumber n
         WHERE n.entity_id = NEW.entity_id AND n.prefix = NEW.prefix
           AND n.year = NEW.year;
        IF NEW.number IS DISTINCT FROM coalesce(last, 0) + 1
           OR NEW.voided_at IS NOT NULL
        THEN
            RAISE EXCEPTION 'document number % is not the next one', NEW.number
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL
       OR to_jsonb(NEW) - ARRAY['voided_at', 'voided_by_id', 'voided_reason']
          IS DISTINCT FROM
          to_jsonb(OLD) - ARRAY['voided_at', 'voided_by_id', 'voided_reason']
    THEN
        RAISE EXCEPTION 'a document number can only be voided, once'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER document_number_next BEFORE INSERT OR UPDATE
    ON public.disclosure_documentnumber
    FOR EACH ROW EXECUTE FUNCTION public.guard_document_number();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_documentnumber DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_entry();
ALTER TABLE public.disclosure_documentnumber
    ENABLE ALWAYS TRIGGER document_number_next,
    ENABLE ALWAYS TRIGGER entry_written;
