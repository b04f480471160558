//! How deep JSON is nested: serde_json passes over any depth, but the parsers of those who get the page may not bear
//! it.

/// Far more than a list has, and what parsers behind us bear.
pub(super) const MAX_DEPTH: usize = 128;

/// Whether arrays and objects stand in one another more than `most` deep. The text need not be JSON.
pub(super) fn is_nested_deeper(json: &str, most: usize) -> bool {
    // Nearly always so few that where they stand doesn't matter.
    if brackets(json.as_bytes()) <= most {
        return false;
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest > most
}

/// How many opening brackets and braces there are: counted in bytes, so that the compiler counts many at once.
fn brackets(bytes: &[u8]) -> usize {
    // They differ in one bit.
    let count = |part: &[u8]| part.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    bytes.chunks(255).map(|part| usize::from(count(part))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_of_both_kinds_are_counted() {
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(brackets(&every), 2);
        assert_eq!(brackets(&b"[{".repeat(1000)), 2000);
    }

    #[test]
    fn only_what_stands_outside_of_texts_counts() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(!is_nested_deeper(&nested(128), 128));
        assert!(is_nested_deeper(&nested(129), 128));
        assert!(is_nested_deeper(&nested(129).replace("[[", "[{"), 128));
        assert!(!is_nested_deeper(&"[],".repeat(500), 128));
        assert!(!is_nested_deeper(&format!(r#"["\\\"{}"]"#, "[{".repeat(500)), 128));
        assert!(is_nested_deeper(&format!(r#"["\\",{}"#, "[".repeat(500)), 128));
    }
}
