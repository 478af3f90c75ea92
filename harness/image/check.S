// What the guest of a check executes. The operands of the instructions are where enter_guest puts them: EAX and ECX, or
// RDI and the descriptor at (%rsi).
.text
.globl check_entry_code, check_vmfunc_code, check_vmfunc_completed, check_invept_code
check_vmfunc_code:
  vmfunc
check_vmfunc_completed:
  vmcall
check_invept_code:
  invept (%rsi), %rdi
check_entry_code: // INVEPT was completed, too
  vmcall
1: jmp 1b
.section .note.GNU-stack, "", @progbits
