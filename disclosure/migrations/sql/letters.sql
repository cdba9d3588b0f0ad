-- A letter says for ever what it said when it was written; its page, once filed, and
-- its despatch, once recorded, are not replaced.
CREATE FUNCTION public.guard_letter() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.disclosure_request_id, NEW.kind, NEW.cause, NEW.language,
            NEW.recipient, NEW.requester_id, NEW.authority_id, NEW.target_id,
            NEW.notice_id, NEW.number_id, NEW.dated_on, NEW.content_sealed,
            NEW.written_by_id, NEW.written_at, NEW.channel)
        IS DISTINCT FROM
        (OLD.id, OLD.disclosure_request_id, OLD.kind, OLD.cause, OLD.language,
            OLD.recipient, OLD.requester_id, OLD.authority_id, OLD.target_id,
            OLD.notice_id, OLD.number_id, OLD.dated_on, OLD.content_sealed,
            OLD.written_by_id, OLD.written_at, OLD.channel)
    THEN
        RAISE EXCEPTION 'letter % was written', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.filed_at IS NOT NULL AND (NEW.storage_name, NEW.sha256, NEW.size, NEW.filed_at)
        IS DISTINCT FROM (OLD.storage_name, OLD.sha256, OLD.size, OLD.filed_at)
    THEN
        RAISE EXCEPTION 'letter % was filed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.sent_at IS NOT NULL AND (NEW.sent_at, NEW.sent_by_id, NEW.tracking_number)
        IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id, OLD.tracking_number)
    THEN
        RAISE EXCEPTION 'letter % was sent', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER letter_kept BEFORE UPDATE ON public.disclosure_letter
    FOR EACH ROW EXECUTE FUNCTION public.guard_letter();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_letter DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_entry();
ALTER TABLE public.disclosure_letter
    ENABLE ALWAYS TRIGGER letter_kept,
    ENABLE ALWAYS TRIGGER entry_written;
