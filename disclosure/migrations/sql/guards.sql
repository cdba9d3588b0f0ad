-- What the record refuses whoever writes it, checked at commit where order of
-- writing inside one action must stay free.

-- A status is what the last status-bearing entry of the object says, written by
-- the same transaction that set it.
CREATE FUNCTION public.guard_status() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry record;
    now_status text;
    request_id uuid;
BEGIN
    IF TG_ARGV[0] = 'disclosure_request' THEN
        SELECT r.status, r.id INTO now_status, request_id
          FROM public.disclosure_disclosurerequest r WHERE r.id = NEW.id;
    ELSE
        SELECT p.status, p.disclosure_request_id INTO now_status, request_id
          FROM public.disclosure_production p WHERE p.id = NEW.id;
    END IF;
    SELECT e.status, e.xid INTO entry
      FROM public.disclosure_auditentry e
     WHERE e.subject = TG_ARGV[0] || ':' || NEW.id
       AND e.stream = 'request:' || request_id
       AND e.status IS NOT NULL
     ORDER BY e.stream_seq DESC LIMIT 1;
    IF NOT FOUND OR entry.status IS DISTINCT FROM now_status
       OR entry.xid IS DISTINCT FROM pg_current_xact_id()
    THEN
        RAISE EXCEPTION '% % has status % without an audit entry of this transaction',
            TG_ARGV[0], NEW.id, now_status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- Rows that decide something exist only beside an entry of their transaction.
CREATE FUNCTION public.guard_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    request_id uuid;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'disclosure_grantedfield' THEN
            SELECT d.disclosure_request_id INTO request_id
              FROM public.disclosure_decision d WHERE d.id = NEW.decision_id;
        WHEN 'disclosure_approval', 'disclosure_produceditem', 'disclosure_delivery'
        THEN
            SELECT p.disclosure_request_id INTO request_id
              FROM public.disclosure_production p WHERE p.id = NEW.production_id;
        ELSE
            request_id := NEW.disclosure_request_id;
    END CASE;
    IF NOT EXISTS (
        SELECT FROM public.disclosure_auditentry e
         WHERE e.stream = 'request:' || request_id AND e.xid = pg_current_xact_id())
    THEN
        RAISE EXCEPTION '% written without an audit entry of this transaction',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- No production without an authenticated instrument, an approved review or a no.
CREATE FUNCTION public.guard_production_ground() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.status IS DISTINCT FROM 'preparing' THEN
        RAISE EXCEPTION 'a production begins in preparation, not %', NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('answer', 'not_held') AND NOT EXISTS (
        SELECT FROM public.disclosure_instrument i
         WHERE i.disclosure_request_id = NEW.disclosure_request_id
           AND i.authenticated AND i.withdrawn_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM public.disclosure_decision d
         WHERE d.disclosure_request_id = NEW.disclosure_request_id AND d.is_current
           AND d.gate IN ('document_review', 'separate_consent', 'none_suffices')
           AND d.result IN ('granted', 'partly_granted')
    ) THEN
        RAISE EXCEPTION 'production without instrument, review or refusal'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'refusal' AND NOT EXISTS (
        SELECT FROM public.disclosure_decision d
         WHERE d.disclosure_request_id = NEW.disclosure_request_id AND d.is_current
           AND d.result IN ('refused', 'withdrawn', 'referred'))
    THEN
        RAISE EXCEPTION 'refusal letter without a refusal'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Sealing needs the approvals, of exactly these contents, of other people; nothing
-- leaves that was not sealed, and what was sealed is never in preparation again.
CREATE FUNCTION public.guard_production_step() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given integer;
    needed integer;
    unsealed CONSTANT text[] := ARRAY['preparing', 'in_notice', 'awaiting_approval'];
    leaving CONSTANT text[] := ARRAY['released', 'opened', 'expired', 'recalled',
        'purged'];
BEGIN
    IF OLD.status = ANY (unsealed) AND NEW.status = ANY (leaving) THEN
        RAISE EXCEPTION 'production % was never sealed', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status AND (
        OLD.status IN ('cancelled', 'purged')
        OR (NEW.status = ANY (unsealed) AND NOT OLD.status = ANY (unsealed))
        OR (NEW.status = 'sealed' AND OLD.status <> 'awaiting_approval'))
    THEN
        RAISE EXCEPTION 'production % never goes back from % to %', NEW.id,
            OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'awaiting_approval' AND OLD.status <> 'awaiting_approval'
       AND EXISTS (
        SELECT FROM public.disclosure_approval a
         WHERE a.production_id = NEW.id AND a.voided_at IS NULL)
    THEN
        RAISE EXCEPTION 'production % still has approvals of other contents', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'sealed' AND OLD.status IS DISTINCT FROM 'sealed' THEN
        SELECT count(DISTINCT a.approver_id) INTO given
          FROM public.disclosure_approval a
         WHERE a.production_id = NEW.id AND a.voided_at IS NULL
           AND a.contents_sha256 = NEW.contents_sha256
           AND a.approver_id <> NEW.prepared_by_id;
        SELECT greatest(NEW.approvals_required, max(d.approvals_required)) INTO needed
          FROM public.disclosure_production_decisions p
          JOIN public.disclosure_decision d ON d.id = p.decision_id
         WHERE p.production_id = NEW.id AND NEW.kind = 'answer';
        needed := coalesce(needed, NEW.approvals_required);
        IF given < needed OR OLD.contents_sha256 = '' THEN
            RAISE EXCEPTION 'production % has % of % approvals', NEW.id, given,
                needed USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.status = 'released' AND OLD.status IS DISTINCT FROM 'released'
       AND EXISTS (
        SELECT FROM public.disclosure_produceditem i
          JOIN public.disclosure_decision d ON d.id = i.decision_id
         WHERE i.production_id = NEW.id AND i.is_current AND NOT d.is_current)
    THEN
        RAISE EXCEPTION 'production % rests on a decision that was replaced', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status NOT IN ('preparing', 'in_notice', 'awaiting_approval')
       AND (NEW.package_sha256, NEW.package_name, NEW.contents_sha256, NEW.kind,
            NEW.recipient_requester_id, NEW.recipient_authority_id,
            NEW.prepared_by_id, NEW.approvals_required)
           IS DISTINCT FROM
           (OLD.package_sha256, OLD.package_name, OLD.contents_sha256, OLD.kind,
            OLD.recipient_requester_id, OLD.recipient_authority_id,
            OLD.prepared_by_id, OLD.approvals_required)
    THEN
        RAISE EXCEPTION 'production % is sealed', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- A produced value lies in the granted days, belongs to the granted account and
-- field, and never changes. Legal days are those of Beijing.
CREATE FUNCTION public.guard_produced_item() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    granted record;
    fetched record;
    production_status text;
    production_kind text;
BEGIN
    SELECT p.status, p.kind INTO production_status, production_kind
      FROM public.disclosure_production p WHERE p.id = NEW.production_id;
    IF production_status IS DISTINCT FROM 'preparing' THEN
        RAISE EXCEPTION 'items change while preparing only, not %', production_status
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' AND production_kind IS DISTINCT FROM 'answer' THEN
        RAISE EXCEPTION 'only an answer holds values, not a %', production_kind
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.is_current OR (NEW.production_id, NEW.decision_id, NEW.target_id,
                NEW.field, NEW.value_id, NEW.observed_at)
            IS DISTINCT FROM (OLD.production_id, OLD.decision_id, OLD.target_id,
                OLD.field, OLD.value_id, OLD.observed_at)
        THEN
            RAISE EXCEPTION 'a produced item never changes'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT g.periods, g.is_timed INTO granted
      FROM public.disclosure_grantedfield g
     WHERE g.decision_id = NEW.decision_id AND g.target_id = NEW.target_id
       AND g.field = NEW.field;
    SELECT v.observed_at, h.target_id, h.field INTO fetched
      FROM public.disclosure_sealedvalue v
      JOIN public.disclosure_holdingrecord h ON h.id = v.holding_id
     WHERE v.id = NEW.value_id;
    IF granted.periods IS NULL OR fetched.target_id IS DISTINCT FROM NEW.target_id
       OR fetched.field IS DISTINCT FROM NEW.field
       OR fetched.observed_at IS DISTINCT FROM NEW.observed_at
    THEN
        RAISE EXCEPTION 'a produced value must be of the granted account and field'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.observed_at IS NULL AND granted.is_timed
            AND granted.periods <> '{(,)}'::datemultirange)
       OR (NEW.observed_at IS NOT NULL AND NOT granted.periods
            @> (NEW.observed_at AT TIME ZONE 'Asia/Shanghai')::date)
    THEN
        RAISE EXCEPTION 'a produced value lies outside the granted days'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- A package goes to the recipient of its production and nobody else.
CREATE FUNCTION public.guard_delivery() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    produced record;
BEGIN
    SELECT p.status, p.recipient_requester_id, p.recipient_authority_id INTO produced
      FROM public.disclosure_production p WHERE p.id = NEW.production_id;
    IF (NEW.recipient_requester_id, NEW.recipient_authority_id) IS DISTINCT FROM
       (produced.recipient_requester_id, produced.recipient_authority_id)
    THEN
        RAISE EXCEPTION 'delivery to someone else than the recipient'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' AND produced.status IS DISTINCT FROM 'released' THEN
        RAISE EXCEPTION 'delivery of a production that is %', produced.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Document review opens only when every document in force was accepted.
CREATE FUNCTION public.guard_document_review() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.gate = 'document_review' AND NEW.result IN ('granted', 'partly_granted')
       AND (NOT EXISTS (
                SELECT FROM public.disclosure_document d
                 WHERE d.disclosure_request_id = NEW.disclosure_request_id
                   AND d.verdict = 'accepted')
            OR EXISTS (
                SELECT FROM public.disclosure_document d
                 WHERE d.disclosure_request_id = NEW.disclosure_request_id
                   AND d.superseded_by_id IS NULL AND d.instrument_id IS NULL
                   AND d.verdict IN ('pending', 'suspected_forgery', 'forged')))
    THEN
        RAISE EXCEPTION 'document review is not complete'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE CONSTRAINT TRIGGER status_recorded_insert
    AFTER INSERT ON public.disclosure_disclosurerequest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_status('disclosure_request');
CREATE CONSTRAINT TRIGGER status_recorded
    AFTER UPDATE ON public.disclosure_disclosurerequest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION public.guard_status('disclosure_request');
CREATE CONSTRAINT TRIGGER status_recorded_insert
    AFTER INSERT ON public.disclosure_production
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_status('production');
CREATE CONSTRAINT TRIGGER status_recorded
    AFTER UPDATE ON public.disclosure_production
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION public.guard_status('production');

CREATE TRIGGER production_ground BEFORE INSERT ON public.disclosure_production
    FOR EACH ROW EXECUTE FUNCTION public.guard_production_ground();
CREATE TRIGGER production_step BEFORE UPDATE ON public.disclosure_production
    FOR EACH ROW EXECUTE FUNCTION public.guard_production_step();
CREATE TRIGGER produced_item_granted BEFORE INSERT OR UPDATE
    ON public.disclosure_produceditem
    FOR EACH ROW EXECUTE FUNCTION public.guard_produced_item();
CREATE TRIGGER delivery_to_recipient BEFORE INSERT OR UPDATE
    ON public.disclosure_delivery
    FOR EACH ROW EXECUTE FUNCTION public.guard_delivery();
CREATE TRIGGER document_review_complete BEFORE INSERT ON public.disclosure_decision
    FOR EACH ROW EXECUTE FUNCTION public.guard_document_review();

ALTER TABLE public.disclosure_disclosurerequest
    ENABLE ALWAYS TRIGGER status_recorded_insert,
    ENABLE ALWAYS TRIGGER status_recorded;
ALTER TABLE public.disclosure_production
    ENABLE ALWAYS TRIGGER status_recorded_insert,
    ENABLE ALWAYS TRIGGER status_recorded,
    ENABLE ALWAYS TRIGGER production_ground,
    ENABLE ALWAYS TRIGGER production_step;
ALTER TABLE public.disclosure_produceditem
    ENABLE ALWAYS TRIGGER produced_item_granted;
ALTER TABLE public.disclosure_delivery
    ENABLE ALWAYS TRIGGER delivery_to_recipient;
ALTER TABLE public.disclosure_decision
    ENABLE ALWAYS TRIGGER document_review_complete;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_decision', 'disclosure_grantedfield', 'disclosure_approval',
        'disclosure_production', 'disclosure_produceditem', 'disclosure_delivery',
        'disclosure_instrument', 'disclosure_legalhold']
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

ALTER TABLE public.disclosure_grantedfield
    ADD CONSTRAINT granted_field_of_decision FOREIGN KEY (decision_id, target_id)
    REFERENCES public.disclosure_decision (id, target_id);
ALTER TABLE public.disclosure_produceditem
    ADD CONSTRAINT produced_item_is_granted
    FOREIGN KEY (decision_id, target_id, field)
    REFERENCES public.disclosure_grantedfield (decision_id, target_id, field);
ALTER TABLE public.disclosure_approval
    ADD CONSTRAINT approval_names_preparer FOREIGN KEY (production_id, preparer_id)
    REFERENCES public.disclosure_production (id, prepared_by_id);
