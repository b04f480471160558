//! Parses the times of the service: RFC 3339, with a few common deviations.

/// Parses an RFC 3339 time to milliseconds since the Unix epoch, rounded down. Without a time zone, UTC is assumed.
pub(super) fn unix_ms(time: &[u8]) -> Option<i64> {
    let mut rest = Rest(time);
    let year = rest.number(4)?;
    rest.one_of(b"-")?;
    let month = rest.number(2)?;
    rest.one_of(b"-")?;
    let day = rest.number(2)?;
    rest.one_of(b"Tt ")?;
    let hour = rest.number(2)?;
    rest.one_of(b":")?;
    let minute = rest.number(2)?;
    rest.one_of(b":")?;
    let second = rest.number(2)?;
    let ms = if rest.one_of(b".,").is_some() { rest.milliseconds()? } else { 0 };
    let offset = rest.zone()?;
    let is_valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && rest.0.is_empty();
    let minutes = (days_since_epoch(year, month, day) * 24 + hour) * 60 + minute - offset;
    is_valid.then_some((minutes * 60 + second) * 1000 + ms)
}

/// The input that is not parsed yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first().filter(|(first, _)| bytes.contains(first))?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    fn digit(&mut self) -> Option<i64> {
        let (first, rest) = self.0.split_first()?;
        let digit = first.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        self.0 = rest;
        Some(digit.into())
    }

    /// A fraction of a second: one digit or more; those after the third are ignored.
    fn milliseconds(&mut self) -> Option<i64> {
        let mut ms = self.digit()? * 100;
        ms += self.digit().unwrap_or(0) * 10;
        ms += self.digit().unwrap_or(0);
        while self.digit().is_some() {}
        Some(ms)
    }

    /// A time zone: the minutes it is ahead of UTC.
    fn zone(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-") {
            None | Some(b'Z' | b'z') => return Some(0),
            Some(b'-') => -1,
            Some(_) => 1,
        };
        let hours = self.number(2)?;
        self.one_of(b":");
        let minutes = self.number(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// In the proleptic Gregorian calendar. Years begin in March, so that the leap day is the last day.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From March on, every five months have 153 days.
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::{Duration, UNIX_EPOCH};

    use super::unix_ms;

    #[test]
    fn parses_every_form() {
        for (time, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2025-11-15T09:30:00Z", 1_763_199_000_000),
            ("2025-11-15t09:30:00z", 1_763_199_000_000),
            ("2025-11-15 09:30:00", 1_763_199_000_000),
            ("2025-11-15T09:30:00.5Z", 1_763_199_000_500),
            ("2025-11-15T09:30:00,1239999Z", 1_763_199_000_123),
            ("2025-11-15T10:30:00+01:00", 1_763_199_000_000),
            ("2025-11-15T04:00:00-0530", 1_763_199_000_000),
            ("2024-02-29T23:59:59.999+00:00", 1_709_251_199_999),
            ("1969-12-31T23:59:59.250Z", -750),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ] {
            assert_eq!(unix_ms(time.as_bytes()), Some(ms), "{time}");
        }
    }

    const DAY: i64 = 86_400;
    /// The Gregorian calendar repeats after 400 years.
    const DAYS_OF_400_YEARS: i64 = 146_097;

    /// A time after 1970 as `(year, month, day, "hh:mm:ss")`, formatted by httpdate, which shares no code with this
    /// parser.
    fn expected(seconds: i64) -> (i64, i64, i64, String) {
        let since_epoch = Duration::from_secs(seconds.unsigned_abs());
        let date = httpdate::fmt_http_date(UNIX_EPOCH + since_epoch); // Such as "Sun, 06 Nov 1994 08:49:37 GMT".
        let words: Vec<&str> = date.split(' ').collect();
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = months.iter().position(|name| *name == words[2]).expect("a month") as i64 + 1;
        let number = |word: &str| word.parse().expect("a number");
        (number(words[3]), month, number(words[1]), words[4].to_owned())
    }

    fn at_midnight(year: i64, month: i64, day: i64) -> Option<i64> {
        unix_ms(format!("{year:04}-{month:02}-{day:02}T00:00:00Z").as_bytes())
    }

    #[test]
    fn agrees_with_httpdate_on_each_day_and_rejects_others() {
        // From 2000-01-01, all days of 400 years.
        let first = 10_957;
        let days: HashMap<(i64, i64, i64), i64> = (first..first + DAYS_OF_400_YEARS)
            .map(|day| {
                let (year, month, day_of_month, _) = expected(day * DAY);
                ((year, month, day_of_month), day)
            })
            .collect();
        for year in 2000..2400 {
            for month in 0..=13 {
                for day in 0..=32 {
                    let day_ms = days.get(&(year, month, day)).map(|days| days * DAY * 1000);
                    assert_eq!(at_midnight(year, month, day), day_ms, "{year}-{month}-{day}");
                }
            }
        }
        // Days at the ends of months and years, in all years.
        for year in 0..10_000_i64 {
            let cycles = year.div_euclid(400) - 5;
            for (month, day) in [(1, 1), (2, 28), (2, 29), (3, 1), (7, 31), (12, 31)] {
                let same_day = days.get(&(year - cycles * 400, month, day));
                let day_ms = same_day.map(|day| (day + cycles * DAYS_OF_400_YEARS) * DAY * 1000);
                assert_eq!(at_midnight(year, month, day), day_ms, "{year}-{month}-{day}");
            }
        }
    }

    #[test]
    fn agrees_with_httpdate_on_each_second_of_a_day() {
        // The leap day of 2024.
        let midnight = 1_709_164_800;
        for seconds in midnight..midnight + DAY {
            let (year, month, day, clock) = expected(seconds);
            let time = format!("{year}-{month:02}-{day:02}T{clock}Z");
            assert_eq!(unix_ms(time.as_bytes()), Some(seconds * 1000), "{time}");
        }
    }

    #[test]
    fn subtracts_each_time_zone() {
        // The same moment in every zone: the local time is later by the offset, and may be another day.
        let moment = 1_709_166_600;
        for minutes in -1439..=1439_i64 {
            let (year, month, day, clock) = expected(moment + minutes * 60);
            let (sign, size) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
            for colon in ["", ":"] {
                let time = format!("{year}-{month:02}-{day:02} {clock}{sign}{:02}{colon}{:02}", size / 60, size % 60);
                assert_eq!(unix_ms(time.as_bytes()), Some(moment * 1000), "{time}");
            }
        }
    }

    #[test]
    fn rejects_invalid_times() {
        for time in [
            "",
            "1763199000",
            "2025-11-15",
            "2025-11-15T09:30Z",
            "2025-11-15T09:30:00.Z",
            "2025-11-15T09:30:00ZZ",
            "2025-11-15T09:30:00Z ",
            "2025-11-15T09:30:00+1",
            "2025-11-15T09:30:00+24:00",
            "2025-11-15T09:30:00+23:60",
            "2025-11-15T24:00:00Z",
            "2025-11-15T09:60:00Z",
            "2025-11-15T09:30:60Z",
            "2025-13-01T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2025-04-31T00:00:00Z",
            "2025-04-00T00:00:00Z",
            "2025-4-1T00:00:00Z",
            "+025-04-01T00:00:00Z",
            " 2025-11-15T09:30:00Z",
        ] {
            assert_eq!(unix_ms(time.as_bytes()), None, "{time}");
        }
    }
}
