//! Rows that are not uniform: the order of their fields, their white space and their escape sequences vary.

use std::cell::Cell;

use serde_json::Value;

/// Renders rows, each in another form; their values stay the same.
pub(crate) struct VariedFormat(Cell<u64>);

impl VariedFormat {
    pub(crate) fn new() -> Self {
        VariedFormat(Cell::new(1))
    }

    /// Renders a row.
    pub(crate) fn row(&self, row: &Value) -> String {
        let mut fields: Vec<_> = row.as_object().unwrap().iter().collect();
        for index in (1..fields.len()).rev() {
            fields.swap(index, self.below(index as u64 + 1) as usize);
        }
        let space = ["", " ", "\n    "][self.below(3) as usize];
        let separator = [":", ": ", " : "][self.below(3) as usize];
        let escapes = self.below(2) == 1;
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                let value = if escapes { escaped(value) } else { value.to_string() };
                format!("{space}\"{name}\"{separator}{value}")
            })
            .collect();
        format!("{{{}{space}}}", fields.join(","))
    }

    /// A pseudo-random number (xorshift), the same in each run.
    fn below(&self, limit: u64) -> u64 {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        state % limit
    }
}

/// The JSON of a value, with escape sequences for slashes, characters of HTML and non-ASCII characters, as some services send them.
fn escaped(value: &Value) -> String {
    let mut json = String::new();
    for character in value.to_string().chars() {
        match character {
            '/' => json.push_str("\\/"),
            '<' | '>' | '&' | '\u{80}'.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    json.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => json.push(character),
        }
    }
    json
}
