//! Writes JSON strings.

use super::scanner::mark_special_bytes;

/// Appends `string`, which is valid UTF-8, as a JSON string: quoted, with escape sequences where required.
pub(crate) fn write_string(output: &mut Vec<u8>, string: &[u8]) {
    output.push(b'"');
    let mut rest = string;
    while let Some((plain, special, remaining)) = split_at_special(rest) {
        output.extend_from_slice(plain);
        write_escape_sequence(output, special);
        rest = remaining;
    }
    output.extend_from_slice(rest);
    output.push(b'"');
}

/// `string` as a JSON string.
pub(crate) fn json_string(string: &[u8]) -> String {
    let mut output = Vec::with_capacity(string.len() + 2);
    write_string(&mut output, string);
    String::from_utf8_lossy(&output).into_owned()
}

/// The bytes before the first one that must be escaped, that byte, and the bytes after it.
fn split_at_special(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (plain, rest) = bytes.split_at_checked(find_special(bytes)?)?;
    let (&special, remaining) = rest.split_first()?;
    Some((plain, special, remaining))
}

fn find_special(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(chunk) = bytes.get(start..).and_then(|rest| rest.first_chunk()) {
        let marks = mark_special_bytes(chunk);
        if marks != 0 {
            return Some(start + marks.trailing_zeros() as usize / 8);
        }
        start += chunk.len();
    }
    // Overlaps the chunk before, which has no such byte.
    if let Some(chunk) = bytes.last_chunk() {
        let marks = mark_special_bytes(chunk);
        return (marks != 0).then(|| bytes.len() - chunk.len() + marks.trailing_zeros() as usize / 8);
    }
    let last = bytes.get(start..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some(start + last)
}

fn write_escape_sequence(output: &mut Vec<u8>, special: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match special {
        b'"' => output.extend_from_slice(b"\\\""),
        b'\\' => output.extend_from_slice(b"\\\\"),
        b'\n' => output.extend_from_slice(b"\\n"),
        b'\r' => output.extend_from_slice(b"\\r"),
        b'\t' => output.extend_from_slice(b"\\t"),
        _ => {
            output.extend_from_slice(b"\\u00");
            output.extend([special >> 4, special & 0xF].map(|digit| HEX[usize::from(digit)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_escape_sequences_are_short() {
        let mut output = Vec::new();
        write_string(&mut output, b"\"\\/\n\r\t\x08\x0c\x1f\x7f");
        assert_eq!(output, b"\"\\\"\\\\/\\n\\r\\t\\u0008\\u000c\\u001f\x7f\"");
    }

    #[test]
    fn every_character_round_trips_at_every_position() {
        for character in ('\0'..='\u{ff}').chain(['\u{2028}', '注', '🚚']) {
            for before in 0..9 {
                let string = format!("{}{character}{}", "a".repeat(before), "ü".repeat(before));
                let mut output = Vec::new();
                write_string(&mut output, string.as_bytes());
                assert_eq!(serde_json::from_slice::<String>(&output).ok(), Some(string));
            }
        }
    }
}
