/*
 * eptspec adapter ABI, version 5: how an implementation of EPT answers eptspec. C11 and C++; no library behind it.
 * ept_registers.h belongs beside it: the registers by name.
 *
 * A shared library exports one function, eptspec_describe(), which fills in a struct eptspec_adapter. eptspec loads it
 * in a worker process of its own ("eptspec run lib:./mine.so"), so it may crash or hang at the cost of one vector.
 * A program in any other language speaks the line protocol instead (protocol.schema.json, "eptspec run exec:COMMAND"),
 * whose words mean the same. docs/adapters.md is the guide.
 *
 * All addresses and words are 64 bits wide, in the machine's byte order. Bits are numbered as in the Intel SDM. Cases,
 * answers and what they contain belong to eptspec and are valid during one call of run(); strings of the description
 * belong to the adapter and stay valid.
 */
#ifndef EPTSPEC_ADAPTER_H
#define EPTSPEC_ADAPTER_H

/* A C header with C's names and arrays; C++ includes it too. */
/* NOLINTBEGIN(readability-identifier-naming,modernize-deprecated-headers,modernize-avoid-c-arrays) */
#include <stddef.h>
#include <stdint.h>

#include "ept_registers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct below changes. eptspec refuses a library that was built with another one. */
#define EPTSPEC_ABI_VERSION 5U

/* What is asked: values of eptspec_case.question, and bits of eptspec_adapter.questions. */
#define EPTSPEC_QUESTION_EPTP 1U     /* does VM entry accept this EPTP? */
#define EPTSPEC_QUESTION_ENTRY 2U    /* what is this entry of this level? */
#define EPTSPEC_QUESTION_WALK 4U     /* what happens to this access? */
#define EPTSPEC_QUESTION_SUB_PAGE 8U /* what does the sub-page permission table say of this write? */
#define EPTSPEC_QUESTION_CHECK 16U   /* does this check of registers accept them? */
#define EPTSPEC_QUESTION_ALL 31U

/* One 8-byte word of physical memory. */
struct eptspec_word {
  uint64_t address; /* multiple of 8 */
  uint64_t value;
};

struct eptspec_case {
  uint64_t id;       /* to be copied into the answer */
  uint32_t question; /* one EPTSPEC_QUESTION_... */
  uint32_t level;    /* of the first word: 4 or 5 for a walk, 5 (PML5E) to 1 (PTE) for an entry, 4 for a sub-page check,
                        0 for an EPTP and a check */
  uint32_t check;    /* of a check: enum ept_check_id of ept_registers.h, EPT_CHECK_VM_ENTRY ... */
  uint32_t word_count; /* of words: 0 for an EPTP and a check, 1 for an entry (its address is 0) */
  /* The processor and what it is given; what the question does not depend on is 0. A walk, an entry and an EPTP depend
   * on maxphyaddr, capability, the VM-execution controls, parameters and eptp. A sub-page check also depends on
   * sub_page_table_pointer: the words are those of that table, and the walk that comes to it, to a 4-KByte page with
   * bit 61 set and bit 1 clear, is no part of the case. A check depends on all registers. */
  struct ept_registers registers;
  uint64_t guest_physical_address;  /* of a walk, bits 63:52 are 0; of a sub-page check, bits 63:48 are 0 */
  uint64_t access;                  /* of a walk or a sub-page check: EPTSPEC_ACCESS_... */
  const struct eptspec_word* words; /* word_count of them; of a walk all memory there is, from the root table down */
};

/* Attributes of an access; several may be set. */
#define EPTSPEC_ACCESS_DATA_READ 0x1U
#define EPTSPEC_ACCESS_DATA_WRITE 0x2U
#define EPTSPEC_ACCESS_INSTRUCTION_FETCH 0x4U
#define EPTSPEC_ACCESS_USER_MODE_LINEAR_ADDRESS 0x8U /* otherwise the linear address is supervisor-mode */
#define EPTSPEC_ACCESS_GUEST_PAGING_STRUCTURE 0x10U  /* to a guest paging-structure entry, for a translation */
#define EPTSPEC_ACCESS_PDPTE_LOAD 0x20U              /* PAE PDPTEs loaded by MOV to CR0, CR3 or CR4 */
#define EPTSPEC_ACCESS_USER_SHADOW_STACK 0x40U
#define EPTSPEC_ACCESS_SUPERVISOR_SHADOW_STACK 0x80U
#define EPTSPEC_ACCESS_GUEST_WRITABLE 0x100U          /* guest paging maps the linear address read/write */
#define EPTSPEC_ACCESS_GUEST_EXECUTE_DISABLE 0x200U   /* guest paging maps it execute-disable */
#define EPTSPEC_ACCESS_UNVERIFIED_GUEST_PAGING 0x400U /* a guest entry used was reached by a leaf whose bit 58 is 0 */
/* Trace-address pre-translation, architectural PEBS. Bit 16 of the qualification follows from ASYNCHRONOUS alone; of an
 * access with this attribute and not that one it is not judged, since these accesses are asynchronous. */
#define EPTSPEC_ACCESS_NO_LINEAR_ADDRESS 0x800U
#define EPTSPEC_ACCESS_UNBLOCKED_NMI 0x1000U  /* follows an IRET that unblocked NMIs */
#define EPTSPEC_ACCESS_EVENT_DELIVERY 0x2000U /* part of delivering an event */
#define EPTSPEC_ACCESS_ASYNCHRONOUS 0x4000U   /* asynchronous to the instruction, and no event delivery */
#define EPTSPEC_ACCESS_NO_SUB_PAGE_PERMISSION \
  0x8000U /* sub-page permissions never apply to it: of a transaction, SGX, PEBS */

/* An access with an attribute that an adapter does not model is to be declined, not guessed. */

/* eptspec_answer.status. 0, as eptspec hands the answer over, means that there is none. */
#define EPTSPEC_ANSWERED 1U
#define EPTSPEC_DECLINED 2U /* the adapter cannot tell; `reason` says why. Counted as skipped, never as passed. */
/* This processor cannot show the case; `reason` names what it lacks. Cases that the configuration below tells to be so
 * are not asked; this is for what it does not tell, "no user shadow stacks". Counted apart, never as passed. */
#define EPTSPEC_NOT_APPLICABLE 3U

/* eptspec_answer.result. */
#define EPTSPEC_EPTP_ACCEPTED 1U
#define EPTSPEC_EPTP_REFUSED 2U
#define EPTSPEC_ENTRY_NOT_PRESENT 3U
#define EPTSPEC_ENTRY_MISCONFIGURED 4U
#define EPTSPEC_ENTRY_TABLE 5U            /* references the next table */
#define EPTSPEC_ENTRY_PAGE 6U             /* maps a page */
#define EPTSPEC_WALK_TRANSLATED 7U        /* the access goes to host_physical_address */
#define EPTSPEC_WALK_SUB_PAGE_CHECK 8U    /* the sub-page permission table is to decide */
#define EPTSPEC_WALK_VIOLATION 9U         /* exit reason 48 (or #VE) */
#define EPTSPEC_WALK_MISCONFIGURATION 10U /* exit reason 49 */
#define EPTSPEC_SUB_PAGE_WRITE_ALLOWED 11U
#define EPTSPEC_SUB_PAGE_WRITE_REFUSED 12U    /* an EPT violation */
#define EPTSPEC_SUB_PAGE_MISS 13U             /* exit reason 66 */
#define EPTSPEC_SUB_PAGE_MISCONFIGURATION 14U /* exit reason 66 */
#define EPTSPEC_CHECK_ACCEPTED 15U            /* no rule of the check is broken */
#define EPTSPEC_CHECK_VM_FAIL 16U             /* VMfail, with vm_instruction_error */
#define EPTSPEC_CHECK_EXCEPTION 17U           /* with exception */
#define EPTSPEC_CHECK_VM_EXIT 18U             /* with exit_reason */

/* eptspec_answer.valid: which of the optional members of an answer are filled in. What is not, is not judged. */
#define EPTSPEC_VALID_LEVEL 0x1U
#define EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS 0x2U
#define EPTSPEC_VALID_MEMORY_TYPE 0x4U
#define EPTSPEC_VALID_IGNORE_PAT 0x8U
#define EPTSPEC_VALID_QUALIFICATION 0x10U
#define EPTSPEC_VALID_CONVERTIBLE 0x20U
#define EPTSPEC_VALID_WORDS 0x40U
#define EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS 0x80U
#define EPTSPEC_VALID_VM_INSTRUCTION_ERROR 0x100U
#define EPTSPEC_VALID_SUB_PAGE_QUALIFICATION 0x200U
#define EPTSPEC_VALID_ALL 0x3ffU

#define EPTSPEC_REASON_SIZE 120

struct eptspec_answer {
  uint64_t id;                    /* of the case */
  uint32_t status;                /* EPTSPEC_ANSWERED, EPTSPEC_DECLINED or EPTSPEC_NOT_APPLICABLE */
  uint32_t result;                /* when answered */
  uint64_t valid;                 /* EPTSPEC_VALID_... */
  uint32_t level;                 /* of the entry that ended the walk or check; 0 when none was read */
  uint32_t memory_type;           /* translated, sub-page check: bits 5:3 of the leaf */
  uint32_t ignore_pat;            /* translated, sub-page check: bit 6 of the leaf, 0 or 1 */
  uint32_t convertible;           /* violation: 1 when it may become a virtualization exception, else 0 */
  uint64_t host_physical_address; /* translated, sub-page check: of the byte accessed */
  uint64_t qualification;         /* violation: the exit qualification; misconfiguration: likewise, which is 0 */
  uint64_t qualification_valid;   /* its bits that the adapter knows; the others are not judged. 0 counts as all. */
  /* The words of the case as they are afterwards, in its order: room for word_count of them, all 0 at first. What the
   * pointer points to is filled in, the pointer stays as it is: an answer with EPTSPEC_VALID_WORDS and another pointer
   * is no valid answer. */
  uint64_t* words;
  /* What an exit, or a VM entry that fails, saves beside the above. */
  uint64_t guest_physical_address; /* violation, misconfiguration: of the byte accessed, bits 11:0 too */
  uint32_t vm_instruction_error;   /* EPTP refused, VMfail of a check */
  uint32_t exception;              /* vector, where a check ends in one */
  uint32_t exit_reason;            /* basic, where a check ends in a VM exit */
  uint32_t padding;
  uint64_t sub_page_qualification;  /* sub-page miss, misconfiguration: the exit qualification of exit 66 */
  char reason[EPTSPEC_REASON_SIZE]; /* when not answered: text, closed by a NUL */
};

/* eptspec_adapter.flags. */
/* Every case is answered for the configuration that it carries: a walker that takes the processor as an argument.
 * Without it the adapter is one processor, described by the members below, and is asked only what applies to it. */
#define EPTSPEC_ANY_CONFIGURATION 1U

struct eptspec_adapter {
  uint32_t abi_version; /* EPTSPEC_ABI_VERSION */
  uint32_t questions;   /* EPTSPEC_QUESTION_..., those it answers */
  uint32_t flags;
  uint32_t padding;
  const char* name;    /* what is tested, "KVM nested EPT" */
  const char* version; /* of it, "6.1.0" */
  /* The processor: MAXPHYADDR, capability MSRs, and the VM-execution controls that are always on. */
  struct ept_registers configuration;
  struct ept_registers optional; /* the VM-execution controls that a case may have on beside those */
  /* Answers count cases: answers[n] is about cases[n]. Answers come zeroed. Called from one thread. Must not throw. */
  void (*run)(const struct eptspec_case* cases, struct eptspec_answer* answers, size_t count);
};

/* The library's one exported function. Fills in *adapter, which comes zeroed; returns 0, or anything else to say that
 * it cannot serve. Called once, before run(). */
#ifdef __GNUC__
__attribute__((visibility("default"))) /* also where -fvisibility=hidden is the rule */
#endif
int eptspec_describe(struct eptspec_adapter* adapter);

/* Memory of a case: what is not among its words reads as 0, which is an entry that is not present. */
static inline uint64_t eptspec_read(const struct eptspec_case* asked, uint64_t address) {
  for (uint32_t n = 0; n < asked->word_count; ++n) {
    if (asked->words[n].address == address) return asked->words[n].value;
  }
  return 0;
}

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming,modernize-deprecated-headers,modernize-avoid-c-arrays) */

#endif
