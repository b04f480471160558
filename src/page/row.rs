//! Reads the rows of a list one by one, expecting each to look like the one before: the same keys, in the same order
//! and spacing. What lies between two values is then compared as a whole instead of being read.

use super::field::Field;
use super::scan::{Scan, Text};

/// A row's value at a field that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(Text),
    Bool(bool),
    /// Null, a number, an array or an object.
    Other,
}

/// Rows with more members are read without expectations.
const MOST_STEPS: usize = 24;

/// What a row is expected to look like.
#[derive(Debug, Default)]
pub(super) struct Reader<'a> {
    /// Behind the value before, or the row's beginning: what leads to a member's value, and whose value that is.
    steps: [(&'a [u8], Option<Field>); MOST_STEPS],
    /// How many of them there are; 0 before the first row.
    count: usize,
    /// From the last value to the row's end.
    end: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Takes a row and sets its known fields in `row`, each as often as it stands there: the last one counts, as in
    /// serde_json. One that is no object has none. What was set before `restart` doesn't count.
    #[inline(always)]
    pub(super) fn row(&mut self, scan: &mut Scan<'a>, row: &mut impl Row) -> Option<()> {
        // So that rows on lines of their own begin alike, too.
        scan.peek();
        if self.count > 0 {
            let mut ahead = *scan;
            if self.expected(&mut ahead, row)? {
                *scan = ahead;
                return Some(());
            }
            row.restart();
        }
        self.other(scan, row)
    }

    /// Whether the row looked as expected, and so is taken.
    #[inline(always)]
    fn expected(&self, scan: &mut Scan<'a>, row: &mut impl Row) -> Option<bool> {
        for (lead, field) in self.steps.iter().take(self.count) {
            if !scan.take_exactly(lead) {
                return Some(false);
            }
            member(scan, *field, row)?;
        }
        Some(scan.take_exactly(self.end))
    }

    /// Takes a row of any look, and expects the next one to be like it.
    #[inline(never)]
    fn other(&mut self, scan: &mut Scan<'a>, row: &mut impl Row) -> Option<()> {
        self.count = 0;
        let mut count = 0;
        let mut lead = scan.at();
        if !scan.take(b'{') {
            return scan.skip();
        }
        if scan.take(b'}') {
            return Some(());
        }
        loop {
            let key = scan.key()?;
            scan.peek();
            let field = Field::named(&scan.unescaped(key));
            if let Some(step) = self.steps.get_mut(count) {
                *step = (scan.since(lead), field);
            }
            count += 1;
            member(scan, field, row)?;
            lead = scan.at();
            if !scan.take(b',') {
                break;
            }
        }
        if !scan.take(b'}') {
            return None;
        }
        self.end = scan.since(lead);
        self.count = if count <= MOST_STEPS { count } else { 0 };
        Some(())
    }
}

/// What is made of a row.
pub(super) trait Row {
    /// `scan` is the one that found it.
    fn set(&mut self, field: Field, value: Value, scan: &Scan);
    /// Forgets what was set.
    fn restart(&mut self);
}

#[inline(always)]
fn member(scan: &mut Scan, field: Option<Field>, row: &mut impl Row) -> Option<()> {
    let value = match scan.peek() {
        b'"' => Value::Text(scan.text_here()?),
        b't' => {
            scan.word(b"true")?;
            Value::Bool(true)
        }
        b'f' => {
            scan.word(b"false")?;
            Value::Bool(false)
        }
        _ => {
            scan.skip()?;
            Value::Other
        }
    };
    if let Some(field) = field {
        row.set(field, value, scan);
    }
    Some(())
}
