-- Incidents and assessments: no status without its entry, no decision without one,
-- and what was weighed is never rewritten.

CREATE FUNCTION public.guard_incident_status() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry record;
    row_now record;
BEGIN
    SELECT i.status, coalesce('request:' || i.disclosure_request_id,
            'incident:' || i.id) AS stream INTO row_now
      FROM public.disclosure_incident i WHERE i.id = NEW.id;
    SELECT e.status, e.xid INTO entry
      FROM public.disclosure_auditentry e
     WHERE e.subject = 'incident:' || NEW.id AND e.stream = row_now.stream
       AND e.status IS NOT NULL
     ORDER BY e.stream_seq DESC LIMIT 1;
    IF NOT FOUND OR entry.status IS DISTINCT FROM row_now.status
       OR entry.xid IS DISTINCT FROM pg_current_xact_id()
    THEN
        RAISE EXCEPTION 'incident % is % without an audit entry of this transaction',
            NEW.id, row_now.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.guard_incident_entry() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'disclosure_incident' THEN
            wanted := coalesce('request:' || NEW.disclosure_request_id,
                'incident:' || NEW.id);
        WHEN 'disclosure_impactassessment' THEN
            wanted := 'assessments';
        WHEN 'disclosure_caseassessment' THEN
            wanted := 'request:' || NEW.disclosure_request_id;
        ELSE
            SELECT coalesce('request:' || i.disclosure_request_id,
                    'incident:' || i.id) INTO wanted
              FROM public.disclosure_incident i WHERE i.id = NEW.incident_id;
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

-- What was found and when, once written, stays; only what is added later changes.
CREATE FUNCTION public.guard_incident_facts() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.reference, NEW.kind, NEW.disclosure_request_id, NEW.discovered_at,
        NEW.discovered_by_id, NEW.reported_at, NEW.what_sealed, NEW.once)
       IS DISTINCT FROM
       (OLD.reference, OLD.kind, OLD.disclosure_request_id, OLD.discovered_at,
        OLD.discovered_by_id, OLD.reported_at, OLD.what_sealed, OLD.once)
    THEN
        RAISE EXCEPTION 'what was reported of incident % never changes', NEW.reference
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.guard_incident_measure() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a measure is recorded once and never changes'
        USING ERRCODE = 'check_violation';
END
$$;

CREATE FUNCTION public.guard_assessment() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['status', 'approved_by_id', 'approved_at',
        'reminded_at', 'ended_at', 'ended_by_id', 'end_reason', 'end_reason_sealed'];
BEGIN
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'an assessment is never edited, only followed by another'
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.approved_by_id)
       IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id)
    THEN
        RAISE EXCEPTION 'who approved an assessment never changes'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT (
        (OLD.status = 'draft' AND NEW.status IN ('in_force', 'rejected', 'withdrawn'))
        OR (OLD.status = 'in_force' AND NEW.status IN ('replaced', 'withdrawn')))
    THEN
        RAISE EXCEPTION 'an assessment never goes from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE CONSTRAINT TRIGGER status_recorded_insert
    AFTER INSERT ON public.disclosure_incident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION public.guard_incident_status();
CREATE CONSTRAINT TRIGGER status_recorded
    AFTER UPDATE ON public.disclosure_incident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION public.guard_incident_status();
CREATE TRIGGER incident_facts_kept BEFORE UPDATE ON public.disclosure_incident
    FOR EACH ROW EXECUTE FUNCTION public.guard_incident_facts();
CREATE TRIGGER measure_kept BEFORE UPDATE ON public.disclosure_incidentmeasure
    FOR EACH ROW EXECUTE FUNCTION public.guard_incident_measure();
CREATE TRIGGER assessment_kept BEFORE UPDATE ON public.disclosure_impactassessment
    FOR EACH ROW EXECUTE FUNCTION public.guard_assessment();
CREATE TRIGGER assessment_kept BEFORE UPDATE ON public.disclosure_caseassessment
    FOR EACH ROW EXECUTE FUNCTION public.guard_assessment();

ALTER TABLE public.disclosure_incident
    ENABLE ALWAYS TRIGGER status_recorded_insert,
    ENABLE ALWAYS TRIGGER status_recorded,
    ENABLE ALWAYS TRIGGER incident_facts_kept;
ALTER TABLE public.disclosure_incidentmeasure ENABLE ALWAYS TRIGGER measure_kept;
ALTER TABLE public.disclosure_impactassessment ENABLE ALWAYS TRIGGER assessment_kept;
ALTER TABLE public.disclosure_caseassessment ENABLE ALWAYS TRIGGER assessment_kept;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_incident', 'disclosure_incidentmeasure',
        'disclosure_incidentnotice', 'disclosure_incidentclock',
        'disclosure_impactassessment', 'disclosure_caseassessment']
    LOOP
        EXECUTE format(
            'CREATE CONSTRAINT TRIGGER entry_written AFTER INSERT OR UPDATE '
            'ON public.%I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW '
            'EXECUTE FUNCTION public.guard_incident_entry()', guarded);
        EXECUTE format(
            'ALTER TABLE public.%I ENABLE ALWAYS TRIGGER entry_written', guarded);
    END LOOP;
END
$$;
