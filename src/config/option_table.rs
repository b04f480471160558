//! A table of options that are set by name.

use std::ffi::CStr;

use crate::error::{Error, Result};

/// One option of a `T`: its description, and the function that sets it.
pub(crate) struct ConfigOption<T> {
    pub name: &'static CStr,
    /// `None` if the option is required, such as the access token, or not set by default, such as the proxy.
    pub default: Option<&'static CStr>,
    /// The allowed values, for users: `1 to 86400000`.
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

    /// Parses `value` according to the option's type; `None` resets the option to its default.
    pub(crate) fn set_string(&self, target: &mut T, value: Option<&str>) -> Result<()> {
        let default = || self.default.and_then(|default| default.to_str().ok());
        match (&self.set, value) {
            (Set::String(set), value) => set(target, value),
            (_, None) => default().map_or(Ok(()), |default| self.set_string(target, Some(default))),
            // `parse` accepts a plus sign, which is not documented.
            (Set::Int(set), Some(value)) if !value.starts_with('+') => {
                set(target, value.parse().map_err(|_| self.invalid(value))?)
            }
            (Set::Int(_), Some(value)) => Err(self.invalid(value)),
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
                Err(Error::invalid(format!("option {} requires a string, not an integer", self.name())))
            }
        }
    }

    fn invalid(&self, value: &str) -> Error {
        let (name, allowed) = (self.name(), self.allowed.to_string_lossy());
        let value = if self.is_secret { String::new() } else { quote(value) };
        Error::invalid(match self.set {
            Set::Int(_) => format!("invalid {name}{value}: use an integer from {allowed}"),
            _ => format!("invalid {name}{value}: use {allowed}"),
        })
    }
}

/// A rejected value for a message. A long one may be a secret that was set as another option, and is not repeated.
pub(super) fn quote(value: &str) -> String {
    const MAX_BYTES: usize = 16;
    if value.len() > MAX_BYTES { String::new() } else { format!(" {value:?}") }
}

/// The option with this name, or an error that suggests a similar name. `value` is the value to set, if it is a
/// string.
pub(crate) fn find<'a, T>(
    table: &'a [ConfigOption<T>],
    name: &str,
    value: Option<&str>,
) -> Result<&'a ConfigOption<T>> {
    if let Some(option) = table.iter().find(|option| option.name() == name) {
        return Ok(option);
    }
    if let Some(other) = table.iter().find(|option| Some(option.name()) == value) {
        let message = format!("unknown option: name and value are swapped; pass {} as the name", other.name());
        return Err(Error::invalid(message));
    }
    let plain = name.to_ascii_lowercase().replace('-', "_");
    if let Some(argument) =
        LISTING_ARGUMENTS.iter().find(|argument| argument.replace('_', "") == plain.replace('_', ""))
    {
        return Err(Error::invalid(format!(
            "unknown option {argument:?}: it is an argument of the functions that list connectors; pass it there"
        )));
    }
    let difference = |option: &ConfigOption<T>| {
        // "token" is a part of "access_token".
        let is_part = plain.len() >= 3 && option.name().contains(&plain);
        (if is_part { 1 } else { distance(&plain, option.name()) }, option.name().len(), option.name())
    };
    // In a short name, a few edits are most of the letters.
    let limit = (plain.len() / 3).min(3);
    // An unknown name is repeated only if it is similar to an option: otherwise it may be a misplaced secret.
    Err(Error::invalid(match table.iter().map(difference).filter(|(edits, ..)| *edits <= limit).min() {
        Some((_, _, similar)) if similar.ends_with("_ms") && !plain.ends_with("_ms") => {
            format!("unknown option {name:?}: did you mean {similar}? (in milliseconds)")
        }
        Some((_, _, similar)) => format!("unknown option {name:?}: did you mean {similar}?"),
        None => "unknown option (not shown, it may be a secret): dc_options(3) and dc_config_option() list the options"
            .to_owned(),
    }))
}

/// Arguments of calls that are mistaken for options.
const LISTING_ARGUMENTS: [&str; 2] = ["per_page", "starting_after"];

/// The Levenshtein distance between two names.
fn distance(from: &str, to: &str) -> usize {
    // Longer than every option name; limits the work.
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
        find(&TABLE, name, value)?.set_string(target, value)
    }

    #[test]
    fn parses_strings_according_to_the_option_type() {
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
            ("size", "+7", "invalid size \"+7\": use an integer from 1 to 9"),
            ("size", "dG9rOnNlY3JldHNlY3JldA", "invalid size: use an integer from 1 to 9"),
            ("on", "yes", "invalid on \"yes\": use true or false"),
        ] {
            assert_eq!(set(&mut target, name, Some(value)).expect_err(value).message(), message);
        }
    }

    #[test]
    fn value_of_a_secret_option_is_not_repeated() {
        let mut table = TABLE;
        table[1].is_secret = true;
        let error = table[1].set_string(&mut Target::default(), Some("s3cret")).expect_err("not an integer");
        assert_eq!(error.message(), "invalid size: use an integer from 1 to 9");
    }

    #[test]
    fn set_int_sets_integers_and_booleans_only() {
        let mut target = Target::default();
        TABLE[1].set_int(&mut target, 5).expect("an integer");
        TABLE[2].set_int(&mut target, 1).expect("a boolean");
        assert_eq!((target.size, target.on), (5, true));
        let error = TABLE[2].set_int(&mut target, 2).expect_err("neither 0 nor 1");
        assert_eq!(error.message(), "invalid on 2: use 0 or 1");
        let error = TABLE[0].set_int(&mut target, 2).expect_err("a string");
        assert_eq!(error.message(), "option name requires a string, not an integer");
    }

    #[test]
    fn error_for_an_unknown_name_suggests_a_similar_one_only() {
        let message = |name: &str| find(&TABLE, name, None).err().map(|error| error.message().to_owned());
        assert_eq!(message("size"), None);
        assert_eq!(message("sizes").as_deref(), Some("unknown option \"sizes\": did you mean size?"));
        let swapped =
            "unknown option (not shown, it may be a secret): dc_options(3) and dc_config_option() list the options";
        for name in ["dG9rOnNlY3JldA", "foo", "bar", "", "n", "sixty"] {
            assert_eq!(message(name).as_deref(), Some(swapped), "{name}");
        }
        for name in ["per_page", "per-page", "perPage", "PerPage"] {
            let expected =
                "unknown option \"per_page\": it is an argument of the functions that list connectors; pass it there";
            assert_eq!(message(name).as_deref(), Some(expected), "{name}");
        }
        assert!(message("starting_after").is_some_and(|message| message.contains("it is an argument of")));
        for (name, nearest) in [("SIZE", "size"), ("siz", "size"), ("siz-e", "size"), ("nam", "name")] {
            let expected = format!("unknown option {name:?}: did you mean {nearest}?");
            assert_eq!(message(name), Some(expected));
        }
        let error = find(&TABLE, "s3cret", Some("size")).err().expect("unknown");
        assert_eq!(error.message(), "unknown option: name and value are swapped; pass size as the name");
        assert!(message(&"x".repeat(100_000)).is_some());
    }

    #[test]
    fn distance_counts_single_character_edits() {
        for (from, to, expected) in [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("proxy", "prozy", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
        for (length, expected) in [(64, 0), (65, 65)] {
            let name = "x".repeat(length);
            assert_eq!(distance(&name, &name), expected, "more than 64 bytes are not compared");
        }
    }
}
