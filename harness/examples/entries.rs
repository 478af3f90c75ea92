//! An adapter in Rust for an implementation that is one processor and knows entries only, as entries.cpp. No crates.
//!
//!     rustc -O --crate-type cdylib -o /tmp/entries_rs.so harness/examples/entries.rs
use std::ffi::{c_char, c_int};

type Registers = [u64; 79]; // struct ept_registers: MAXPHYADDR, then the registers by number
const CAPABILITY: usize = 1 + 11;
const PRIMARY_CONTROLS: usize = 1 + 20;
// The structs of eptspec_adapter.h, member by member.
#[repr(C)] struct Word { address: u64, value: u64 }
#[repr(C)] struct Case { id: u64, question: u32, level: u32, check: u32, word_count: u32, registers: Registers,
              guest_physical_address: u64, access: u64, words: *const Word }
#[repr(C)] struct Answer { id: u64, status: u32, result: u32, valid: u64, level: u32, memory_type: u32, ignore_pat: u32,
                convertible: u32, host_physical_address: u64, qualification: u64, qualification_valid: u64,
                words: *mut u64, guest_physical_address: u64, vm_instruction_error: u32, exception: u32,
                exit_reason: u32, padding: u32,
                sub_page_qualification: u64, reason: [c_char; 120] }
#[repr(C)] pub struct Adapter { abi_version: u32, questions: u32, flags: u32, padding: u32, name: *const c_char, version: *const c_char,
                     configuration: Registers, optional: Registers,
                     run: Option<unsafe extern "C" fn(*const Case, *mut Answer, usize)> }

const ANSWERED: u32 = 1;
const QUESTION_ENTRY: u32 = 2;
const MAXPHYADDR: u64 = 39;

/// 3 not present, 4 misconfigured, 5 table, 6 page
fn classify(level: u32, entry: u64) -> u32 {
    if entry & 7 == 0 { return 3; }
    let page = level == 1 || (level <= 3 && entry & 0x80 != 0);
    let reserved = match (level, page) {
        (4, _) => 0xf8,
        (3, true) => 0x80, // no 1-GByte pages: bit 7 is reserved
        (2, true) => 0x1ff000,
        (1, _) => 0,
        _ => 0x78,
    } | (1 << 52) - (1 << MAXPHYADDR);
    let bad_type = page && matches!(entry >> 3 & 7, 2 | 3 | 7);
    if entry & 1 == 0 || bad_type || entry & reserved != 0 { return 4; }
    if page { 6 } else { 5 }
}

unsafe extern "C" fn run(cases: *const Case, answers: *mut Answer, count: usize) {
    let cases = std::slice::from_raw_parts(cases, count);
    let answers = std::slice::from_raw_parts_mut(answers, count);
    for (case, answer) in cases.iter().zip(answers) {
        answer.id = case.id;
        answer.status = ANSWERED;
        answer.result = classify(case.level, (*case.words).value);
    }
}

#[no_mangle]
pub unsafe extern "C" fn eptspec_describe(adapter: *mut Adapter) -> c_int {
    let mut processor = [0; 79];
    (processor[0], processor[CAPABILITY]) = (MAXPHYADDR, 0x14140);
    processor[PRIMARY_CONTROLS..][..2].copy_from_slice(&[1 << 31, 2]); // with EPT enabled
    *adapter = Adapter { abi_version: 5, questions: QUESTION_ENTRY, flags: 0, padding: 0, name: "entries.rs\0".as_ptr().cast(),
        version: "1\0".as_ptr().cast(), optional: [0; 79], run: Some(run), configuration: processor };
    0
}
