WITH lines AS (
  SELECT "$path" AS path, line
  FROM {table}
  WHERE prefix IN ({folders}){directly}{heads}
    AND NOT regexp_like("$path", '\.({packed})$')
    AND regexp_like(line, '\S'){streams}
),
documents AS (
  SELECT
    path,
    line,
    CASE
      WHEN regexp_like(line, '^\s*\{') AND try(json_parse(line)) IS NOT NULL THEN line
    END AS document
  FROM lines
),
fields AS (
  SELECT
    path,
    length(line) AS length,
    coalesce(
      json_extract_scalar(document, '$.errorCode'),
      json_extract_scalar(document, '$.lastErrorCode'),
      json_extract_scalar(document, '$.ErrorCode')) AS code,
    coalesce(
      json_extract_scalar(document, '$.errorMessage'),
      json_extract_scalar(document, '$.lastErrorMessage'),
      json_extract_scalar(document, '$.ErrorMessage')) AS message,
    coalesce(
      json_extract_scalar(document, '$.lambdaARN'),
      json_extract_scalar(document, '$.lambdaArn')) AS function_arn,
    json_extract_scalar(document, '$.attemptsMade') AS attempts_text,
    json_extract_scalar(document, '$.arrivalTimestamp') AS arrival_text,
    regexp_like(document, '"rawData"\s*:\s*"[A-Za-z0-9+/]*={0,2}"') AS has_data,
    regexp_extract(document, '"rawData"\s*:\s*"([A-Za-z0-9+/]*={0,2})"', 1) AS raw_data,
    regexp_like(document, '"(EventId|dataId|esDocumentId|osDocumentId|esIndexName|osIndexName)"\s*:') AS has_destination_key,
    cardinality(regexp_extract_all(document,
      '"(rawData|errorCode|lastErrorCode|ErrorCode|errorMessage|lastErrorMessage|ErrorMessage|lambdaARN|lambdaArn|attemptsMade|arrivalTimestamp)"\s*:')) AS keys
  FROM documents
),
-- A plain record is one that SQL cannot get wrong: it stands on a line of its own, and
-- each key that matters is in it once, with a value of the usual form.
checked AS (
  SELECT
    *,
    coalesce(
      has_data AND code IS NOT NULL
        AND length(raw_data) % 4 = 0
        AND length(code) <= 256
        AND coalesce(length(function_arn), 0) <= 256
        AND (attempts_text IS NULL OR regexp_like(attempts_text, '^[0-9]{1,18}$'))
        AND (arrival_text IS NULL OR regexp_like(arrival_text, '^[0-9]{1,18}$'))
        AND (message IS NULL OR length(message) <= 256
          OR NOT regexp_like(message, '[^\x00-\x7F]'))
        AND strpos(coalesce(message, ''), chr(65533)) = 0
        AND keys = 2
          + CASE WHEN message IS NULL THEN 0 ELSE 1 END
          + CASE WHEN function_arn IS NULL THEN 0 ELSE 1 END
          + CASE WHEN attempts_text IS NULL THEN 0 ELSE 1 END
          + CASE WHEN arrival_text IS NULL THEN 0 ELSE 1 END,
      false) AS is_plain
  FROM fields
),
numbers AS (
  SELECT
    *,
    CASE WHEN is_plain THEN try_cast(attempts_text AS bigint) END AS attempts_made,
    CASE WHEN is_plain THEN try_cast(arrival_text AS bigint) END AS arrival
  FROM checked
),
judged AS (
  SELECT
    path,
    length,
    code,
    raw_data,
    function_arn,
    substr(message, 1, 1024) AS message,
    attempts_made,
    coalesce(attempts_made, 0) AS attempts,
    arrival,
    (has_destination_key OR regexp_like(code, '^({destinations})\.')) AS is_transformed,
    CASE
      WHEN NOT is_plain THEN 'odd'
      WHEN NOT ({codes}) THEN 'unwanted'
      WHEN {is_timed} AND arrival IS NULL THEN 'timeless'
      WHEN {times} THEN 'wanted'
      ELSE 'unwanted'
    END AS verdict,
    -- What may be a control message of CloudWatch Logs: SQL cannot look into gzip.
    coalesce(length(raw_data) <= {longest_control} AND raw_data LIKE '{gzip}%'
      OR raw_data LIKE '{unpacked}%', false) AS may_be_control
  FROM numbers
)
