-- An entry in one call: the head is locked, the leaf completed, the entry written.
-- `before` and `after` are the leaf's canonical text around its link, the members
-- "prev" and "seq", which only the head knows. What they say is checked as always, by
-- the trigger on the entry: a leaf can say here nothing it could not say in
-- audit_append().
CREATE FUNCTION public.audit_continue(stream text, before text, after text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    last_seq bigint;
    last_head bytea;
    leaf bytea;
    leaf_hash bytea;
    said jsonb;
    added bigint;
BEGIN
    SELECT s.seq, s.head INTO last_seq, last_head
      FROM public.disclosure_auditstream s
     WHERE s.name = audit_continue.stream
       FOR UPDATE;
    IF NOT FOUND THEN
        SELECT h.seq, h.head INTO last_seq, last_head
          FROM public.audit_head(audit_continue.stream) h;
    END IF;
    leaf := convert_to(
        before || '"prev":"' || encode(last_head, 'hex') || '","seq":'
            || (last_seq + 1) || after, 'UTF8');
    IF octet_length(leaf) > 65536 THEN
        RAISE EXCEPTION 'audit leaf of % bytes is too large', octet_length(leaf)
            USING ERRCODE = 'check_violation';
    END IF;
    said := convert_from(leaf, 'UTF8')::jsonb;
    leaf_hash := public.audit_leaf_hash(leaf);
    INSERT INTO public.disclosure_auditentry
        (stream, stream_seq, prev_hash, leaf, leaf_hash, action, subject, status, xid)
    VALUES
        (audit_continue.stream, last_seq + 1, last_head, leaf, leaf_hash,
         said ->> 'action',
         coalesce(said #>> '{object,type}', '') || ':'
             || coalesce(said #>> '{object,id}', ''),
         said ->> 'status', pg_current_xact_id())
    RETURNING id INTO added;
    UPDATE public.disclosure_auditstream s
       SET seq = last_seq + 1, head = leaf_hash
     WHERE s.name = audit_continue.stream;
    RETURN added;
END
$$;

REVOKE ALL ON FUNCTION public.audit_continue(text, text, text) FROM PUBLIC;
