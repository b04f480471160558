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
        self.one_of(b"0123456789").map(|byte| i64::from(byte - b'0'))
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

    #[test]
    fn each_day_is_24_hours_after_the_previous_one() {
        let mut expected = unix_ms(b"1899-12-31T00:00:00Z").unwrap_or_default();
        for year in 1900..2101 {
            for month in 1..13 {
                for day in 1..32 {
                    let time = format!("{year}-{month:02}-{day:02}T00:00:00Z");
                    if let Some(ms) = unix_ms(time.as_bytes()) {
                        expected += 86_400_000;
                        assert_eq!(ms, expected, "{time}");
                    }
                }
            }
        }
        assert_eq!(unix_ms(b"2101-01-01T00:00:00Z"), Some(expected + 86_400_000));
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
