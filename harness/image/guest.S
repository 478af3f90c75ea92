// The guest's code, a page of its own: each stub makes its access to (%rdi), says so in %ebx, reads the
// self-identifying word beside it at (%rsi), and exits. A fetch needs no stub; the last three end with an exception when
// they get what they access. And VM entry and exit.
#include "harness/image/registers.inc"

.section .text
.balign 4096
.globl guest_code, guest_read, guest_write, guest_exchange, guest_done
.globl guest_read_second, guest_write_second, guest_done_second
.globl guest_shadow_read, guest_shadow_write, guest_shadow_write_user
.globl guest_load_pdptes, guest_pdptes_loaded, guest_return, guest_interrupt
guest_code:
guest_read:
  movb (%rdi), %al
guest_done:
  movl $1, %ebx
  movq (%rsi), %rdx
  vmcall
guest_write:
  movb %cl, (%rdi)
  jmp guest_done
guest_read_second: // (%rsi) is the device; the word beside (%rdi) is at (%rdx)
  cmpsb
guest_done_second:
  movl $1, %ebx
  movq (%rdx), %rdx
  vmcall
guest_write_second:
  movsb
  jmp guest_done_second
guest_shadow_read: // %rax is 1
  incsspq %rax
  jmp guest_done
guest_shadow_write:
  wrssq %rcx, (%rdi)
  jmp guest_done
guest_shadow_write_user:
  wrussq %rcx, (%rdi)
  jmp guest_done
guest_exchange:
  xchgb %cl, (%rdi)
  jmp guest_done
guest_load_pdptes: // in 32-bit mode; the same bytes there
  movq %rdi, %cr3
guest_pdptes_loaded:
  vmcall
guest_return:
  iretq
guest_interrupt:
  int $0x20
.balign 4096, 0xcc

// int enter_guest(GuestRegisters* registers, int launched): 0 after a VM exit, 1 VMfailInvalid, 2 VMfailValid.
.globl enter_guest, guest_left
enter_guest:
  push_registers
  pushq %rdi
  movl $0x6c14, %eax  // host RSP
  vmwrite %rsp, %rax
  testl %esi, %esi
  movq 0(%rdi), %rax
  movq 8(%rdi), %rbx
  movq 16(%rdi), %rcx
  movq 24(%rdi), %rdx
  movq 32(%rdi), %rsi
  movq 40(%rdi), %rdi
  jnz 1f
  vmlaunch
  jmp 2f
1: vmresume
2: movl $1, %eax
  jc 3f
  movl $2, %eax
3: popq %rdi
  jmp 4f
guest_left:
  xchgq %rdi, (%rsp)
  movq %rax, 0(%rdi)
  movq %rbx, 8(%rdi)
  movq %rcx, 16(%rdi)
  movq %rdx, 24(%rdi)
  movq %rsi, 32(%rdi)
  popq 40(%rdi)
  xorl %eax, %eax
4: pop_registers
  ret
.section .note.GNU-stack, "", @progbits
