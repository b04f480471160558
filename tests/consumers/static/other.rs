//! A static library written in Rust, as another project would contain it: it has its own copy of std, and catches a
//! panic of its own.

use std::panic::catch_unwind;

/// Returns 1 if the panic was caught, after its destructors ran.
#[unsafe(no_mangle)]
pub extern "C" fn other_catches_panic() -> i32 {
    struct Unwound<'a>(&'a mut bool);
    impl Drop for Unwound<'_> {
        fn drop(&mut self) {
            *self.0 = true;
        }
    }
    let caught = catch_unwind(|| {
        let mut unwound = false;
        let text = catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = Unwound(&mut unwound);
            panic!("on purpose, in the other library");
        }))
        .unwrap_err()
        .downcast::<&str>();
        unwound && text.is_ok_and(|text| text.starts_with("on purpose"))
    });
    i32::from(caught.unwrap_or(false))
}
