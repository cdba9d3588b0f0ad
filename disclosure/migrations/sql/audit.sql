-- The audit trail guards itself. Every function pins its search_path and every
-- trigger fires ALWAYS, so that session settings cannot switch one off.

CREATE FUNCTION public.audit_leaf_hash(leaf bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$ SELECT sha256('\x00'::bytea || leaf) $$;

-- Locks the stream's head until the transaction ends, so that the caller can
-- write the next sequence number and the previous hash into the leaf itself.
CREATE FUNCTION public.audit_head(stream text, OUT seq bigint, OUT head bytea)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO public.disclosure_auditstream (name, seq, head)
    VALUES (audit_head.stream, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (name) DO NOTHING;
    SELECT s.seq, s.head INTO audit_head.seq, audit_head.head
      FROM public.disclosure_auditstream s
     WHERE s.name = audit_head.stream
       FOR UPDATE;
END
$$;

-- The only way in.
CREATE FUNCTION public.audit_append(stream text, leaf bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said jsonb;
    last record;
    added bigint;
BEGIN
    IF octet_length(leaf) > 65536 THEN
        RAISE EXCEPTION 'audit leaf of % bytes is too large', octet_length(leaf)
            USING ERRCODE = 'check_violation';
    END IF;
    said := convert_from(leaf, 'UTF8')::jsonb;
    SELECT h.seq, h.head INTO last FROM public.audit_head(audit_append.stream) h;
    IF said ->> 'stream' IS DISTINCT FROM audit_append.stream THEN
        RAISE EXCEPTION 'audit leaf names stream %, not %',
            said ->> 'stream', audit_append.stream USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.disclosure_auditentry
        (stream, stream_seq, prev_hash, leaf, leaf_hash, action, subject, status, xid)
    VALUES
        (audit_append.stream, (said ->> 'seq')::bigint, decode(said ->> 'prev', 'hex'),
         audit_append.leaf, public.audit_leaf_hash(audit_append.leaf),
         said ->> 'action',
         coalesce(said #>> '{object,type}', '') || ':'
             || coalesce(said #>> '{object,id}', ''),
         said ->> 'status', pg_current_xact_id())
    RETURNING id INTO added;
    UPDATE public.disclosure_auditstream s
       SET seq = s.seq + 1, head = public.audit_leaf_hash(audit_append.leaf)
     WHERE s.name = audit_append.stream;
    RETURN added;
END
$$;

CREATE FUNCTION public.guard_audit_link() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said jsonb := convert_from(NEW.leaf, 'UTF8')::jsonb;
    last record;
BEGIN
    SELECT s.seq, s.head INTO last
      FROM public.disclosure_auditstream s WHERE s.name = NEW.stream FOR UPDATE;
    IF NOT FOUND
       OR NEW.stream_seq IS DISTINCT FROM last.seq + 1
       OR NEW.prev_hash IS DISTINCT FROM last.head
       OR NEW.leaf_hash IS DISTINCT FROM public.audit_leaf_hash(NEW.leaf)
       OR (said ->> 'seq')::bigint IS DISTINCT FROM NEW.stream_seq
       OR said ->> 'prev' IS DISTINCT FROM encode(NEW.prev_hash, 'hex')
       OR said ->> 'stream' IS DISTINCT FROM NEW.stream
       OR said ->> 'action' IS DISTINCT FROM NEW.action
       OR said ->> 'status' IS DISTINCT FROM NEW.status
       OR NEW.xid IS DISTINCT FROM pg_current_xact_id()
    THEN
        RAISE EXCEPTION 'audit entry % of % does not continue its stream',
            NEW.stream_seq, NEW.stream USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.guard_audit_stream() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.name IS DISTINCT FROM OLD.name OR NEW.seq IS DISTINCT FROM OLD.seq + 1
       OR NOT EXISTS (
           SELECT FROM public.disclosure_auditentry e
            WHERE e.stream = NEW.name AND e.stream_seq = NEW.seq
              AND e.leaf_hash = NEW.head)
    THEN
        RAISE EXCEPTION 'the head of audit stream % follows its entries only', OLD.name
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.guard_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entry_link BEFORE INSERT ON public.disclosure_auditentry
    FOR EACH ROW EXECUTE FUNCTION public.guard_audit_link();
CREATE TRIGGER audit_stream_head BEFORE UPDATE ON public.disclosure_auditstream
    FOR EACH ROW EXECUTE FUNCTION public.guard_audit_stream();
CREATE TRIGGER audit_stream_kept BEFORE DELETE ON public.disclosure_auditstream
    FOR EACH ROW EXECUTE FUNCTION public.guard_append_only();
CREATE TRIGGER audit_stream_not_emptied BEFORE TRUNCATE
    ON public.disclosure_auditstream
    FOR EACH STATEMENT EXECUTE FUNCTION public.guard_append_only();
ALTER TABLE public.disclosure_auditentry ENABLE ALWAYS TRIGGER audit_entry_link;
ALTER TABLE public.disclosure_auditstream ENABLE ALWAYS TRIGGER audit_stream_head;
ALTER TABLE public.disclosure_auditstream ENABLE ALWAYS TRIGGER audit_stream_kept;
ALTER TABLE public.disclosure_auditstream
    ENABLE ALWAYS TRIGGER audit_stream_not_emptied;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_auditentry', 'disclosure_auditleaf', 'disclosure_auditnode',
        'disclosure_auditcheckpoint', 'disclosure_audittimestamp',
        'disclosure_rulebookversion', 'disclosure_gatecheck']
    LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.%I '
            'FOR EACH ROW EXECUTE FUNCTION public.guard_append_only()', guarded);
        EXECUTE format(
            'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.%I '
            'FOR EACH STATEMENT EXECUTE FUNCTION public.guard_append_only()', guarded);
        EXECUTE format(
            'ALTER TABLE public.%I ENABLE ALWAYS TRIGGER append_only', guarded);
        EXECUTE format(
            'ALTER TABLE public.%I ENABLE ALWAYS TRIGGER append_only_truncate',
            guarded);
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION public.audit_append(text, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.audit_head(text) FROM PUBLIC;
