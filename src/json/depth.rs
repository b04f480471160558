//! The nesting depth of JSON. serde_json skips values of any depth, but the parser of the application may have a limit.

/// The maximum nesting of a page: far more than a list needs, and less than common parsers accept.
pub(crate) const MAX_DEPTH: usize = 128;

/// Whether arrays and objects are nested more than `max_depth` levels deep. The input need not be valid JSON.
pub(crate) fn is_nested_deeper(json: &str, max_depth: usize) -> bool {
    // Usually there are too few brackets to reach the limit.
    if count_brackets(json.as_bytes()) <= max_depth {
        return false;
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest > max_depth
}

/// The number of opening brackets and braces, counted in bytes so that the compiler can vectorize the loop.
fn count_brackets(bytes: &[u8]) -> usize {
    // The two differ in one bit only.
    let count = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    bytes.chunks(255).map(|chunk| usize::from(count(chunk))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_brackets_and_braces() {
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(count_brackets(&every), 2);
        assert_eq!(count_brackets(&b"[{".repeat(1000)), 2000);
    }

    #[test]
    fn ignores_brackets_in_strings() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(!is_nested_deeper(&nested(128), 128));
        assert!(is_nested_deeper(&nested(129), 128));
        assert!(is_nested_deeper(&nested(129).replace("[[", "[{"), 128));
        assert!(!is_nested_deeper(&"[],".repeat(500), 128));
        assert!(!is_nested_deeper(&format!(r#"["\\\"{}"]"#, "[{".repeat(500)), 128));
        assert!(is_nested_deeper(&format!(r#"["\\",{}"#, "[".repeat(500)), 128));
    }
}
