,
described AS (
  SELECT
    path,
    verdict,
    message,
    arrival,
    attempts_made,
    CASE WHEN verdict <> 'odd' THEN code END AS code,
    CASE WHEN verdict = 'wanted' THEN function_arn END AS function_arn,
    -- Attempts tell records apart only where the transform failed.
    CASE WHEN verdict = 'wanted' AND NOT is_transformed THEN attempts END AS attempts,
    -- A word with four digits or more is an ID, a time or an address.
    CASE WHEN verdict = 'wanted' THEN coalesce(regexp_replace(
      message,
      '(?:[A-Za-z_\-]|[^\x00-\x7F])*[0-9](?:(?:(?:[A-Za-z_\-]|[^\x00-\x7F])*|[.:])[0-9]){3,}(?:[A-Za-z_\-]|[^\x00-\x7F])*',
      '#'), '') END AS shape,
    CASE WHEN verdict = 'wanted' THEN cast((arrival - arrival % {step}) / {step} AS bigint) END AS step,
    CASE WHEN verdict = 'wanted' AND may_be_control THEN 1 ELSE 0 END AS controls,
    cast(length(raw_data) / 4 * 3 AS bigint) - length(regexp_extract(raw_data, '=*$')) AS bytes,
    length > {largest_sample} AS is_large,
    may_be_control,
    lpad(cast(coalesce(arrival, 9223372036854775807) AS varchar), 19, '0') || path AS place
  FROM judged
),
cells AS (
  SELECT
    path, verdict, code, function_arn, attempts, shape, step,
    count(*) AS records,
    sum(bytes) AS bytes,
    min(attempts_made) AS least,
    max(attempts_made) AS most,
    max(arrival) AS last_arrival,
    min(coalesce(message, '')) AS message,
    max(coalesce(message, '')) AS other_message,
    sum(controls) AS controls,
    min(place) AS first_place,
    -- The example: no control message, small enough to keep, not empty, smallest, earliest.
    min(
      CASE WHEN may_be_control THEN '1' ELSE '0' END
      || CASE WHEN is_large THEN '1' ELSE '0' END
      || CASE WHEN bytes = 0 THEN '1' ELSE '0' END
      || lpad(cast(bytes AS varchar), 19, '0') || place) AS sample_place
  FROM described
  GROUP BY 1, 2, 3, 4, 5, 6, 7
),
-- An object with anything else than plain records is left to `fh`, all of it.
objects AS (
  SELECT *, max(CASE WHEN verdict = 'odd' THEN 1 ELSE 0 END) OVER (PARTITION BY path) AS is_odd
  FROM cells
),
steps AS (
  SELECT
    CASE WHEN is_odd = 1 THEN 'object' ELSE verdict END AS verdict,
    CASE WHEN is_odd = 1 THEN path ELSE code END AS code,
    CASE WHEN is_odd = 0 THEN function_arn END AS function_arn,
    CASE WHEN is_odd = 0 THEN attempts END AS attempts,
    CASE WHEN is_odd = 0 THEN shape END AS shape,
    CASE WHEN is_odd = 0 THEN step END AS step,
    sum(records) AS records,
    sum(bytes) AS bytes,
    min(least) AS least,
    max(most) AS most,
    max(last_arrival) AS last_arrival,
    min(message) AS message,
    max(other_message) AS other_message,
    sum(controls) AS controls,
    min(first_place) AS first_place,
    min(sample_place) AS sample_place
  FROM objects
  GROUP BY 1, 2, 3, 4, 5, 6
),
totals AS (
  SELECT *, sum(records) OVER (PARTITION BY verdict, code, function_arn, attempts, shape) AS total
  FROM steps
),
-- Messages of one code that differ in more than IDs, and objects, may be without number.
numbered AS (
  SELECT
    *,
    dense_rank() OVER (
      PARTITION BY verdict, CASE WHEN verdict <> 'object' THEN code END
      ORDER BY total DESC, code, function_arn, attempts, shape
    ) > CASE WHEN verdict = 'object' THEN {most_objects} ELSE {most_messages} END AS is_other
  FROM totals
)
SELECT
  verdict,
  CASE WHEN verdict <> 'object' OR NOT is_other THEN code END AS code,
  function_arn,
  attempts,
  CASE WHEN NOT is_other THEN shape END AS shape,
  is_other,
  sum(records) AS records,
  sum(bytes) AS bytes,
  min(least) AS least,
  max(most) AS most,
  max(last_arrival) AS last_arrival,
  min(message) AS message,
  min(message) <> max(other_message) AS messages_differ,
  sum(controls) AS controls,
  min(first_place) AS first_place,
  min(sample_place) AS sample_place,
  array_join(array_agg(cast(step AS varchar) || ':' || cast(records AS varchar)), ',') AS timeline
FROM numbered
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY records DESC
