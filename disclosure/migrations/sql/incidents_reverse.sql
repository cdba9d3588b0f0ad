DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_incident', 'disclosure_incidentmeasure',
        'disclosure_incidentnotice', 'disclosure_incidentclock',
        'disclosure_impactassessment', 'disclosure_caseassessment']
    LOOP
        EXECUTE format('DROP TRIGGER entry_written ON public.%I', guarded);
    END LOOP;
END
$$;
DROP TRIGGER assessment_kept ON public.disclosure_caseassessment;
DROP TRIGGER assessment_kept ON public.disclosure_impactassessment;
DROP TRIGGER measure_kept ON public.disclosure_incidentmeasure;
DROP TRIGGER incident_facts_kept ON public.disclosure_incident;
DROP TRIGGER status_recorded ON public.disclosure_incident;
DROP TRIGGER status_recorded_insert ON public.disclosure_incident;
DROP FUNCTION public.guard_assessment();
DROP FUNCTION public.guard_incident_measure();
DROP FUNCTION public.guard_incident_facts();
DROP FUNCTION public.guard_incident_entry();
DROP FUNCTION public.guard_incident_status();
