-- Receipts of checkpoints are kept as the checkpoints are. A verification is asked
-- for and ends beside an entry of the same transaction that states its status; what
-- it found is never rewritten. Progress between the two is nobody's record.

CREATE FUNCTION public.guard_verification_step() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status IS DISTINCT FROM 'waiting' OR NEW.report <> '{}'::jsonb THEN
            RAISE EXCEPTION 'a verification begins by waiting, not %', NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'verification % has ended as %', OLD.id, OLD.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.scope, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.id, OLD.scope, OLD.asked_by_id, OLD.asked_at)
       OR NEW.attempt < OLD.attempt
       OR (NEW.status = 'waiting' AND OLD.status <> 'waiting')
    THEN
        RAISE EXCEPTION 'verification % keeps who asked for what and when', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.guard_verification_entered() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    now_status text;
BEGIN
    SELECT v.status INTO now_status
      FROM public.disclosure_verificationrun v WHERE v.id = NEW.id;
    IF now_status = 'running' THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.subject = 'verificationrun:' || NEW.id
           AND e.stream = 'audit:verification'
           AND e.status = now_status AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION 'verification % is % without an audit entry of this '
            'transaction', NEW.id, now_status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER verification_run_step BEFORE INSERT OR UPDATE
    ON public.disclosure_verificationrun
    FOR EACH ROW EXECUTE FUNCTION public.guard_verification_step();
CREATE CONSTRAINT TRIGGER verification_run_entered AFTER INSERT OR UPDATE
    ON public.disclosure_verificationrun DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_verification_entered();
ALTER TABLE public.disclosure_verificationrun
    ENABLE ALWAYS TRIGGER verification_run_step,
    ENABLE ALWAYS TRIGGER verification_run_entered;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.disclosure_auditreceipt
    FOR EACH ROW EXECUTE FUNCTION public.guard_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.disclosure_auditreceipt
    FOR EACH STATEMENT EXECUTE FUNCTION public.guard_append_only();
ALTER TABLE public.disclosure_auditreceipt
    ENABLE ALWAYS TRIGGER append_only,
    ENABLE ALWAYS TRIGGER append_only_truncate;
