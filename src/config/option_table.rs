//! A table of options that are set by name.

use std::ffi::CStr;

use crate::error::{Error, Result};

/// One option of a `T`: its description, and the function that sets it.
pub(crate) struct ConfigOption<T> {
    pub name: &'static CStr,
    /// `None` if the option is required, as the access token, or not set by default, as the proxy.
    pub default: Option<&'static CStr>,
    /// The allowed values, for people: `1 to 86400000`.
    pub allowed: &'static CStr,
    pub description: &'static CStr,
    /// No message, log line or representation may contain its value.
    pub is_secret: bool,
    /// The option that it replaces when it is set, and vice versa.
    pub replaces: Option<&'static CStr>,
    pub set: Set<T>,
}

/// The type of an option, and the function that sets it.
pub(crate) enum Set<T> {
    /// `None` resets it.
    String(fn(&mut T, Option<&str>) -> Result<()>),
    /// Validates the integer.
    Int(fn(&mut T, i64) -> Result<()>),
    Bool(fn(&mut T, bool) -> Result<()>),
}

impl<T> ConfigOption<T> {
    pub(crate) fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    pub(crate) fn type_name(&self) -> &'static CStr {
        match self.set {
            Set::String(_) => c"string",
            Set::Int(_) => c"int",
            Set::Bool(_) => c"bool",
        }
    }

    /// Parses `value` by the option's type; `None` resets the option to its default.
    pub(crate) fn set_string(&self, target: &mut T, value: Option<&str>) -> Result<()> {
        let default = || self.default.and_then(|default| default.to_str().ok());
        match (&self.set, value) {
            (Set::String(set), value) => set(target, value),
            (_, None) => default().map_or(Ok(()), |default| self.set_string(target, Some(default))),
            (Set::Int(set), Some(value)) => set(target, value.parse().map_err(|_| self.invalid(value))?),
            (Set::Bool(set), Some("true" | "1")) => set(target, true),
            (Set::Bool(set), Some("false" | "0")) => set(target, false),
            (Set::Bool(_), Some(value)) => Err(self.invalid(value)),
        }
    }

    pub(crate) fn set_int(&self, target: &mut T, value: i64) -> Result<()> {
        match (&self.set, value) {
            (Set::Int(set), value) => set(target, value),
            (Set::Bool(set), 0 | 1) => set(target, value == 1),
            (Set::Bool(_), value) => Err(Error::invalid(format!("invalid {} {value}: use 0 or 1", self.name()))),
            (Set::String(_), _) => {
                Err(Error::invalid(format!("option {} takes a string, not an integer", self.name())))
            }
        }
    }

    fn invalid(&self, value: &str) -> Error {
        let (name, allowed) = (self.name(), self.allowed.to_string_lossy());
        Error::invalid(match self.set {
            Set::Int(_) => format!("invalid {name} {value:?}: use an integer from {allowed}"),
            _ => format!("invalid {name} {value:?}: use {allowed}"),
        })
    }
}

/// The option with this name, or an error that suggests the nearest name.
pub(crate) fn find<'a, T>(table: &'a [ConfigOption<T>], name: &str) -> Result<&'a ConfigOption<T>> {
    if let Some(option) = table.iter().find(|option| option.name() == name) {
        return Ok(option);
    }
    let nearest = table.iter().map(|option| (distance(name, option.name()), option.name())).min().unwrap_or_default();
    // An unknown name is repeated only if it is similar to an option: if name and value were swapped, it is the value.
    Err(Error::invalid(match nearest {
        (0..=3, nearest) => format!("unknown option {name:?}: did you mean {nearest}?"),
        (_, nearest) => format!("unknown option: the nearest known one is {nearest}"),
    }))
}

/// The number of letters to insert, remove or replace to turn one name into the other.
fn distance(from: &str, to: &str) -> usize {
    // Longer than every option; limits the work.
    if from.len() > 64 {
        return from.len();
    }
    // The distances between the prefix of `from` so far and each prefix of `to`.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.bytes().enumerate() {
        let mut previous = vec![index + 1];
        for (at, (other, pair)) in to.bytes().zip(row.windows(2)).enumerate() {
            let replaced = pair[0] + usize::from(letter != other);
            previous.push(replaced.min(pair[1] + 1).min(previous[at] + 1));
        }
        row = previous;
    }
    row.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq)]
    struct Target {
        name: Option<String>,
        size: i64,
        on: bool,
    }

    const TABLE: [ConfigOption<Target>; 3] = [
        ConfigOption {
            name: c"name",
            default: None,
            allowed: c"any string",
            description: c"",
            is_secret: false,
            replaces: None,
            set: Set::String(|target, value| {
                target.name = value.map(str::to_owned);
                Ok(())
            }),
        },
        ConfigOption {
            name: c"size",
            default: Some(c"7"),
            allowed: c"1 to 9",
            description: c"",
            is_secret: false,
            replaces: None,
            set: Set::Int(|target, value| {
                target.size = value;
                Ok(())
            }),
        },
        ConfigOption {
            name: c"on",
            default: Some(c"false"),
            allowed: c"true or false",
            description: c"",
            is_secret: false,
            replaces: None,
            set: Set::Bool(|target, value| {
                target.on = value;
                Ok(())
            }),
        },
    ];

    fn set(target: &mut Target, name: &str, value: Option<&str>) -> Result<()> {
        find(&TABLE, name)?.set_string(target, value)
    }

    #[test]
    fn parses_strings_by_the_type_of_the_option() {
        let mut target = Target::default();
        for (name, value) in [("name", "x"), ("size", "-3"), ("on", "true")] {
            set(&mut target, name, Some(value)).expect(name);
        }
        assert_eq!(target, Target { name: Some("x".to_owned()), size: -3, on: true });
        for name in ["name", "size", "on"] {
            set(&mut target, name, None).expect(name);
        }
        assert_eq!(target, Target { name: None, size: 7, on: false });
        for (name, value, message) in [
            ("size", "7 ", "invalid size \"7 \": use an integer from 1 to 9"),
            ("size", "", "invalid size \"\": use an integer from 1 to 9"),
            ("on", "yes", "invalid on \"yes\": use true or false"),
        ] {
            assert_eq!(set(&mut target, name, Some(value)).expect_err(value).message(), message);
        }
    }

    #[test]
    fn set_int_sets_integers_and_booleans_only() {
        let mut target = Target::default();
        TABLE[1].set_int(&mut target, 5).expect("an integer");
        TABLE[2].set_int(&mut target, 1).expect("a boolean");
        assert_eq!((target.size, target.on), (5, true));
        let refused = TABLE[2].set_int(&mut target, 2).expect_err("neither 0 nor 1");
        assert_eq!(refused.message(), "invalid on 2: use 0 or 1");
        let refused = TABLE[0].set_int(&mut target, 2).expect_err("a string");
        assert_eq!(refused.message(), "option name takes a string, not an integer");
    }

    #[test]
    fn unknown_name_suggests_the_nearest_and_is_repeated_only_if_similar() {
        let message = |name: &str| find(&TABLE, name).err().map(|error| error.message().to_owned());
        assert_eq!(message("size"), None);
        assert_eq!(message("sizes").as_deref(), Some("unknown option \"sizes\": did you mean size?"));
        let swapped = message("dG9rOnNlY3JldA").expect("unknown");
        assert!(swapped.starts_with("unknown option: the nearest known one is "), "{swapped}");
        assert!(message(&"x".repeat(100_000)).is_some());
    }

    #[test]
    fn distance_counts_edits_of_single_letters() {
        for (from, to, expected) in [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("proxy", "prozy", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }
}
