//! The fields of a row that the API documents.

/// Defines [`Field`] and everything that depends on the list of fields, from one table in the documented order.
macro_rules! fields {
    ($($variant:ident = $number:literal $name:literal,)+) => {
        /// A field of a row. All are strings except `direct_fin_usage`, a boolean. The numbers are those of the C ABI.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field {
            $($variant = $number,)+
        }

        impl Field {
            /// All fields, by number.
            pub(crate) const ALL: [Self; Self::COUNT] = [$(Self::$variant,)+];

            /// The number of fields.
            pub(crate) const COUNT: usize = [$($name,)+].len();

            /// The name of the field in JSON.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The field with this name in JSON.
            pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
                $(if name == $name.as_bytes() {
                    return Some(Self::$variant);
                })+
                None
            }
        }
    };
}

fields! {
    Type = 0 "type",
    Id = 1 "id",
    Name = 2 "name",
    Description = 3 "description",
    State = 4 "state",
    HttpMethod = 5 "http_method",
    DirectFinUsage = 6 "direct_fin_usage",
    CreatedByAdminId = 7 "created_by_admin_id",
    UpdatedByAdminId = 8 "updated_by_admin_id",
    CreatedAt = 9 "created_at",
    UpdatedAt = 10 "updated_at",
    ExecutionResultsUrl = 11 "execution_results_url",
}

impl Field {
    /// The field with this number in the C ABI.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_field_by_number_and_by_name() {
        for (number, field) in (0..).zip(Field::ALL) {
            assert_eq!(field as i32, number);
            assert_eq!(Field::from_number(number), Some(field));
            assert_eq!(Field::from_name(field.name().as_bytes()), Some(field));
        }
        for number in [-1, 12, i32::MIN, i32::MAX] {
            assert_eq!(Field::from_number(number), None);
        }
        assert_eq!(Field::from_name(b"new"), None);
    }
}
