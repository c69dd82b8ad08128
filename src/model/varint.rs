//! Whole numbers in as few bytes as they need: seven bits a byte, the lowest first.

/// Adds a number.
pub fn push(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes the number that stands first; `None` if none does.
#[inline]
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    // Most numbers are a single byte.
    if let Some((byte @ ..0x80, rest)) = bytes.split_first() {
        *bytes = rest;
        return Some((*byte).into());
    }
    take_long(bytes)
}

fn take_long(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Adds a number that may be negative; small ones of either sign stay short.
pub fn push_signed(bytes: &mut Vec<u8>, value: i64) {
    push(bytes, ((value << 1) ^ (value >> 63)) as u64);
}

/// Takes a number that may be negative.
#[inline]
pub fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let value = take(bytes)?;
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}

/// Takes a run of bytes behind its length.
pub fn take_run<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(take(bytes)?).ok()?;
    let (run, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(run)
}

/// Adds a run of bytes behind its length.
pub fn push_run(bytes: &mut Vec<u8>, run: &[u8]) {
    push(bytes, run.len() as u64);
    bytes.extend_from_slice(run);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_comes_back(value: u64, signed: i64, run: Vec<u8>) {
            let mut bytes = Vec::new();
            push(&mut bytes, value);
            push_signed(&mut bytes, signed);
            push_run(&mut bytes, &run);
            let mut rest = bytes.as_slice();
            prop_assert_eq!((take(&mut rest), take_signed(&mut rest)), (Some(value), Some(signed)));
            prop_assert_eq!((take_run(&mut rest), rest.is_empty()), (Some(&run[..]), true));
        }

        #[test]
        fn what_is_no_number_is_refused(bytes in prop::collection::vec(0x80u8.., 0..9)) {
            prop_assert_eq!(take(&mut bytes.as_slice()), None);
        }
    }

    #[test]
    fn small_numbers_are_a_byte() {
        let mut bytes = Vec::new();
        push_signed(&mut bytes, -64);
        push(&mut bytes, 127);
        assert_eq!(bytes, [127, 127]);
        assert_eq!(take_run(&mut &[5, 1, 2][..]), None);
    }
}
