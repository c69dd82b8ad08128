-- The columns in the order of `row::encode`.
INSERT INTO calls (
    id, at, guild, channel, user, session, provider, model, answered_by, arm, response_us, model_us, ttft_us,
    visible_ttft_us, back_off_us, queue_us, failed_us, chat_wait_us, attempts, outcome, input_tokens,
    output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
    usage_source, context_messages, context_tokens, prompt_hash, query_type, complexity, again_of, price,
    cost_nusd, failed_cost_nusd, repeat_after_s, asked_again, rating, attempt_us,
    others_ratings_n, others_ratings_sum, failures, message
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
    ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44
)
