-- Whatever decides who gets what, when or why changes beside an audit entry of the
-- same transaction or not at all. Which tables these are, and which are left out and
-- why, is in docs/guards.md.

-- Rows of a request: the entry stands in the request's stream, or, for an incident
-- without a request, in the incident's.
CREATE FUNCTION public.guard_decisive_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'disclosure_sealedvalue' THEN
            SELECT 'request:' || t.disclosure_request_id INTO wanted
              FROM public.disclosure_holdingrecord h
              JOIN public.disclosure_targetaccount t ON t.id = h.target_id
             WHERE h.id = NEW.holding_id;
        WHEN 'disclosure_holdingrecord', 'disclosure_requestedfield' THEN
            SELECT 'request:' || t.disclosure_request_id INTO wanted
              FROM public.disclosure_targetaccount t WHERE t.id = NEW.target_id;
        WHEN 'disclosure_fielddisposition', 'disclosure_production_decisions' THEN
            SELECT 'request:' || p.disclosure_request_id INTO wanted
              FROM public.disclosure_production p WHERE p.id = NEW.production_id;
        WHEN 'disclosure_instrumentitem' THEN
            SELECT 'request:' || i.disclosure_request_id INTO wanted
              FROM public.disclosure_instrument i WHERE i.id = NEW.instrument_id;
        WHEN 'disclosure_incident_productions' THEN
            SELECT coalesce('request:' || i.disclosure_request_id, 'incident:' || i.id)
              INTO wanted
              FROM public.disclosure_incident i WHERE i.id = NEW.incident_id;
        WHEN 'disclosure_disclosurerequest' THEN
            wanted := 'request:' || NEW.id;
        ELSE
            wanted := 'request:' || NEW.disclosure_request_id;
    END CASE;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = wanted AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- Rows of no request. Authorities and people: an entry of the directory about this
-- very row. The law and the calendar: an entry of their own streams. A sender:
-- an entry of the sender's stream; one that only ever wrote on paper, and whose right
-- is at stake, come in with a request and stand in its entry.
CREATE FUNCTION public.guard_house_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_said boolean;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'disclosure_requester' THEN
            is_said := EXISTS (
                SELECT FROM public.disclosure_auditentry e
                 WHERE e.stream = 'requester:' || NEW.id
                   AND e.xid = pg_current_xact_id());
            IF NOT is_said AND TG_OP = 'INSERT' AND NEW.user_id IS NULL
               AND NEW.verified_until IS NULL AND NEW.proposed_until IS NULL
            THEN
                is_said := EXISTS (
                    SELECT FROM public.disclosure_auditentry e
                      JOIN public.disclosure_disclosurerequest r
                        ON e.stream = 'request:' || r.id
                     WHERE e.xid = pg_current_xact_id() AND r.requester_id = NEW.id);
            END IF;
        WHEN 'disclosure_claimant' THEN
            is_said := EXISTS (
                SELECT FROM public.disclosure_auditentry e
                  JOIN public.disclosure_disclosurerequest r
                    ON e.stream = 'request:' || r.id
                 WHERE e.xid = pg_current_xact_id() AND r.claimant_id = NEW.id);
        WHEN 'disclosure_holiday', 'disclosure_rulebookversion' THEN
            is_said := EXISTS (
                SELECT FROM public.disclosure_auditentry e
                 WHERE e.stream = TG_ARGV[0] AND e.xid = pg_current_xact_id());
        ELSE
            is_said := EXISTS (
                SELECT FROM public.disclosure_auditentry e
                 WHERE e.stream = 'directory'
                   AND e.subject = TG_ARGV[0] || ':' || NEW.id
                   AND e.xid = pg_current_xact_id());
    END CASE;
    IF NOT is_said THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- A court that a sender or a document names comes in with a request; to give it a
-- number to be called back at, or an address, is a matter of the directory.
CREATE FUNCTION public.guard_authority_named() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.xid = pg_current_xact_id()
           AND (e.stream LIKE 'request:%'
                OR e.subject = 'issuingauthority:' || NEW.id))
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- Numbers are given out once: a series that went back would give one twice.
CREATE FUNCTION public.guard_counter() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.name IS DISTINCT FROM OLD.name OR NEW.value < OLD.value THEN
        RAISE EXCEPTION 'counter % only rises', OLD.name
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Without arguments TG_ARGV is NULL, and so was what the two rows were compared by:
-- a table that names no column to change kept nothing.
CREATE OR REPLACE FUNCTION public.guard_only_ends() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    may_change CONSTANT text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION '% keeps what was recorded', TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'targetaccount', 'requestedfield', 'instrumentitem', 'document',
        'gatecheck', 'holdingrecord', 'sealedvalue', 'usernotice', 'objection',
        'fielddisposition', 'production_decisions', 'incident_productions',
        'message', 'completionitem', 'preservation', 'referral']
    LOOP
        EXECUTE format(
            'CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE '
            'ON public.disclosure_%I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW '
            'EXECUTE FUNCTION public.guard_decisive_entry()', guarded);
        EXECUTE format('ALTER TABLE public.disclosure_%I '
            'ENABLE ALWAYS TRIGGER entry_written', guarded);
    END LOOP;
    -- What was asked, granted by a court, and put into an answer is never rewritten.
    FOREACH guarded IN ARRAY ARRAY[
        'requestedfield', 'instrumentitem', 'claimant', 'production_decisions',
        'incident_productions']
    LOOP
        EXECUTE format(
            'CREATE TRIGGER only_ends BEFORE UPDATE ON public.disclosure_%I '
            'FOR EACH ROW EXECUTE FUNCTION public.guard_only_ends()', guarded);
        EXECUTE format('ALTER TABLE public.disclosure_%I '
            'ENABLE ALWAYS TRIGGER only_ends', guarded);
    END LOOP;
END
$$;

-- The insert of a request has its entry by its status.
CREATE CONSTRAINT TRIGGER entry_written AFTER UPDATE
    ON public.disclosure_disclosurerequest DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_decisive_entry();

-- That somebody was told of a deadline, and which holiday table it was last compared
-- with, leave its date as it is.
CREATE CONSTRAINT TRIGGER entry_written_insert AFTER INSERT
    ON public.disclosure_deadline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_decisive_entry();
CREATE CONSTRAINT TRIGGER entry_written AFTER UPDATE
    ON public.disclosure_deadline DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.disclosure_request_id, OLD.production_id, OLD.kind, OLD.starts_at,
           OLD.length, OLD.unit, OLD.day_kind, OLD.procedure, OLD.rolls, OLD.due_at,
           OLD.due_on, OLD.provisional, OLD.met_at, OLD.cancelled_at)
          IS DISTINCT FROM
          (NEW.disclosure_request_id, NEW.production_id, NEW.kind, NEW.starts_at,
           NEW.length, NEW.unit, NEW.day_kind, NEW.procedure, NEW.rolls, NEW.due_at,
           NEW.due_on, NEW.provisional, NEW.met_at, NEW.cancelled_at))
    EXECUTE FUNCTION public.guard_decisive_entry();

CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_requester DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_house_entry();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT
    ON public.disclosure_claimant DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_house_entry();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_legalentity DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_directory_entry();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_providerservice DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_directory_entry();
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE
    ON public.disclosure_holiday DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_house_entry('settings:calendar');
CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT
    ON public.disclosure_rulebookversion DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_house_entry('rulebook');
CREATE CONSTRAINT TRIGGER entry_written AFTER UPDATE
    ON public.disclosure_issuingauthority DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_house_entry('issuingauthority');
CREATE CONSTRAINT TRIGGER entry_written_insert AFTER INSERT
    ON public.disclosure_issuingauthority DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.callback_phone <> '' OR NEW.callback_source <> '' OR NEW.address <> '')
    EXECUTE FUNCTION public.guard_house_entry('issuingauthority');
CREATE CONSTRAINT TRIGGER authority_named AFTER INSERT
    ON public.disclosure_issuingauthority DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.guard_authority_named();
-- Who signs in with what is the account library's; what the person may do is ours.
CREATE CONSTRAINT TRIGGER entry_written_insert AFTER INSERT
    ON public.disclosure_user DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.staff_role <> '')
    EXECUTE FUNCTION public.guard_house_entry('user');
CREATE CONSTRAINT TRIGGER entry_written AFTER UPDATE
    ON public.disclosure_user DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.staff_role, OLD.is_active, OLD.suspended_at)
          IS DISTINCT FROM (NEW.staff_role, NEW.is_active, NEW.suspended_at))
    EXECUTE FUNCTION public.guard_house_entry('user');
CREATE TRIGGER counter_rises BEFORE UPDATE ON public.disclosure_counter
    FOR EACH ROW EXECUTE FUNCTION public.guard_counter();

ALTER TABLE public.disclosure_disclosurerequest ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_deadline
    ENABLE ALWAYS TRIGGER entry_written_insert,
    ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_requester ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_claimant ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_legalentity ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_providerservice ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_holiday ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_rulebookversion ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_issuingauthority
    ENABLE ALWAYS TRIGGER entry_written,
    ENABLE ALWAYS TRIGGER entry_written_insert,
    ENABLE ALWAYS TRIGGER authority_named;
ALTER TABLE public.disclosure_user
    ENABLE ALWAYS TRIGGER entry_written_insert,
    ENABLE ALWAYS TRIGGER entry_written;
ALTER TABLE public.disclosure_counter ENABLE ALWAYS TRIGGER counter_rises;
