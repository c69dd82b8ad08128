-- What identifies a row in a log (`row::Encoded::fingerprint`), of the rows of one moment up to a number.
SELECT
    at, guild, channel, user, session, provider, model, answered_by, arm, response_us, model_us, ttft_us,
    visible_ttft_us, back_off_us, queue_us, failed_us, chat_wait_us, attempts, outcome, input_tokens,
    output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
    usage_source, context_messages, context_tokens, prompt_hash, message, id
FROM calls
WHERE at = ?1 AND id <= ?2
ORDER BY id DESC
