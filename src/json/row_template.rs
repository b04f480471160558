//! Parses the rows of an array, expecting each to have the structure of the previous one: the same keys, in the same
//! order and with the same white space. The bytes between two values are then compared as a whole instead of being
//! parsed.

use super::scanner::{Scanner, StringSpan};

/// Receives the known members of a row.
pub(crate) trait RowVisitor {
    /// A known member.
    type Key: Copy;

    /// The member with this name, unescaped; `None` if it is not known.
    fn key(name: &[u8]) -> Option<Self::Key>;

    /// Sets a member. The last of two members with the same name is used, as in serde_json.
    fn set(&mut self, key: Self::Key, value: RowValue, scanner: &Scanner);

    /// Discards the members set so far: the row is parsed again.
    fn restart(&mut self);
}

/// The value of a known member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowValue {
    String(StringSpan),
    /// The range of `true` or `false`.
    Bool {
        start: usize,
        end: usize,
    },
    /// Null, a number, an array or an object.
    Other,
}

impl RowValue {
    pub(crate) fn string(self) -> Option<StringSpan> {
        match self {
            Self::String(string) => Some(string),
            Self::Bool { .. } | Self::Other => None,
        }
    }
}

/// Rows with more members are parsed without a template.
const MAX_MEMBERS: usize = 24;

/// The structure of the last row.
#[derive(Debug)]
pub(crate) struct RowTemplate<'a, K> {
    /// For each member, the bytes between the value before it (or the beginning of the row) and its value, and its key
    /// if it is known.
    members: [(&'a [u8], Option<K>); MAX_MEMBERS],
    /// The number of members; 0 before the first row.
    count: usize,
    /// From the last value to the end of the row.
    end: &'a [u8],
}

impl<'a, K: Copy> RowTemplate<'a, K> {
    pub(crate) fn new() -> Self {
        Self { members: [(&[], None); MAX_MEMBERS], count: 0, end: &[] }
    }

    /// Parses a row, whose first byte is the current one, and passes its known members to `visitor`. A row that is not an
    /// object has none. `None` if the row is not valid JSON.
    #[inline(always)]
    pub(crate) fn read_row(&mut self, scanner: &mut Scanner<'a>, visitor: &mut impl RowVisitor<Key = K>) -> Option<()> {
        if self.count > 0 {
            let mut ahead = *scanner;
            if self.read_matching(&mut ahead, visitor)? {
                *scanner = ahead;
                return Some(());
            }
            visitor.restart();
        }
        self.read_and_learn(scanner, visitor)
    }

    /// Parses a row that matches the template; returns whether it did.
    #[inline(always)]
    fn read_matching(&self, scanner: &mut Scanner<'a>, visitor: &mut impl RowVisitor<Key = K>) -> Option<bool> {
        for (lead, key) in self.members.get(..self.count).unwrap_or_default() {
            if !scanner.consume_exact(lead) {
                return Some(false);
            }
            read_value(scanner, *key, visitor)?;
        }
        Some(scanner.consume_exact(self.end))
    }

    /// Parses any row and makes it the template for the next.
    #[inline(never)]
    fn read_and_learn<V: RowVisitor<Key = K>>(&mut self, scanner: &mut Scanner<'a>, visitor: &mut V) -> Option<()> {
        self.count = 0;
        let mut count = 0;
        let mut lead = scanner.position();
        if !scanner.consume(b'{') {
            return scanner.skip_value();
        }
        if scanner.consume(b'}') {
            return Some(());
        }
        loop {
            let name = scanner.key()?;
            scanner.peek();
            let key = V::key(&scanner.unescaped(name));
            if let Some(member) = self.members.get_mut(count) {
                *member = (scanner.bytes_since(lead), key);
            }
            count += 1;
            read_value(scanner, key, visitor)?;
            lead = scanner.position();
            if !scanner.consume(b',') {
                break;
            }
        }
        if !scanner.consume(b'}') {
            return None;
        }
        self.end = scanner.bytes_since(lead);
        self.count = if count <= MAX_MEMBERS { count } else { 0 };
        Some(())
    }
}

/// Reads a value.
#[inline(always)]
fn read_value<V: RowVisitor>(scanner: &mut Scanner, key: Option<V::Key>, visitor: &mut V) -> Option<()> {
    // White space may precede the value although none preceded it in the row before.
    let value = match scanner.peek() {
        b'"' => RowValue::String(scanner.string_at_quote()?),
        b't' => bool_value(scanner, b"true")?,
        b'f' => bool_value(scanner, b"false")?,
        _ => {
            scanner.skip_value()?;
            RowValue::Other
        }
    };
    if let Some(key) = key {
        visitor.set(key, value, scanner);
    }
    Some(())
}

#[inline(always)]
fn bool_value(scanner: &mut Scanner, literal: &[u8]) -> Option<RowValue> {
    let start = scanner.position();
    scanner.literal(literal)?;
    Some(RowValue::Bool { start, end: scanner.position() })
}
