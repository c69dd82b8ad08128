//! Model ids as providers and resellers write them, brought to the ids of the price table.

/// Bedrock's inference regions.
const REGIONS: [&str; 8] = ["us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "ca."];
/// What Bedrock ends its ids with.
const VERSIONS: [&str; 3] = ["-v1:0", "-v2:0", "-v1"];

/// The id without the date or version at its end: `-20251001`, `@20251001`, `-2025-10-01`, `-latest`, `-v1:0`.
pub(super) fn undated(id: &str) -> &str {
    let id = VERSIONS.into_iter().find_map(|version| id.strip_suffix(version)).unwrap_or(id);
    if let Some(start) = id.strip_suffix("-latest").or_else(|| id.strip_suffix("@default")) {
        return start;
    }
    let dated = |shape: &str| {
        let start = id.len().checked_sub(shape.len()).filter(|at| id.is_char_boundary(*at) && *at > 0)?;
        let fits = id[start..].bytes().zip(shape.bytes()).all(|(is, wanted)| match wanted {
            b'9' => is.is_ascii_digit(),
            other => is == other,
        });
        fits.then(|| &id[..start])
    };
    ["-9999-99-99", "-99999999", "@99999999"].into_iter().find_map(dated).unwrap_or(id)
}

/// The id without the region it is served from (`us.`), and without the `models/` that Gemini puts before its own.
pub(super) fn without_region(id: &str) -> &str {
    let id = id.strip_prefix("models/").unwrap_or(id);
    REGIONS.into_iter().find_map(|region| id.strip_prefix(region)).unwrap_or(id)
}

/// Who made the model, where the id begins with it, and the rest: `anthropic/claude…`, `anthropic.claude…`.
pub(super) fn split_vendor(id: &str) -> Option<(&str, &str)> {
    id.split_once('/').or_else(|| id.split_once('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_versions_come_off_the_end_and_nothing_else_does() {
        for (id, bare) in [
            ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
            ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
            ("gpt-4o-2024-08-06", "gpt-4o"),
            ("grok-4.3-latest", "grok-4.3"),
            ("anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5"),
            ("claude-opus-4-6-v1", "claude-opus-4-6"),
            ("gpt-3.5-turbo-0125", "gpt-3.5-turbo-0125"),
            ("deepseek-v3", "deepseek-v3"),
            ("gemma:27", "gemma:27"),
            ("-20251001", "-20251001"),
            ("", ""),
            ("módèl-20251001", "módèl"),
            ("ééééé", "ééééé"),
        ] {
            assert_eq!(undated(id), bare, "{id}");
        }
    }

    #[test]
    fn regions_and_vendors_come_off_the_front() {
        assert_eq!(without_region("us.anthropic.claude-sonnet-4-6"), "anthropic.claude-sonnet-4-6");
        assert_eq!(without_region("models/gemini-2.5-flash"), "gemini-2.5-flash");
        assert_eq!(without_region("gpt-4.1"), "gpt-4.1");
        assert_eq!(split_vendor("anthropic.claude-opus-5"), Some(("anthropic", "claude-opus-5")));
        assert_eq!(split_vendor("openai/gpt-4.1"), Some(("openai", "gpt-4.1")));
        assert_eq!(split_vendor("o3"), None);
    }
}
