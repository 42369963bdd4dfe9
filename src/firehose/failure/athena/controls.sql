SELECT
  path,
  code,
  function_arn,
  CASE WHEN NOT is_transformed THEN attempts END AS attempts,
  message,
  raw_data,
  count(*) AS records
FROM judged
WHERE verdict = 'wanted' AND may_be_control
GROUP BY 1, 2, 3, 4, 5, 6
LIMIT {most_controls}
