// Encodings of the VMCS fields in use (SDM Vol. 3D, appendix B).
#pragma once

#include <cstdint>

namespace image {

enum Field : uint64_t {
  kHostEsSelector = 0xc00,  // then CS, SS, DS, FS, GS, TR
  kEptpIndexField = 0x4,
  kGuestEsSelector = 0x800,  // then CS, SS, DS, FS, GS, LDTR, TR
  kGuestPmlIndex = 0x812,
  kPmlAddress = 0x200e,
  kTertiaryControls = 0x2034,
  kEptp = 0x201a,
  kVeInformation = 0x202a,
  kSpptp = 0x2030,
  kGuestPhysicalAddress = 0x2400,
  kVmcsLink = 0x2800,
  kGuestEfer = 0x2806,
  kGuestPdpte0 = 0x280a,  // then 1 to 3
  kHostEfer = 0x2c02,
  kPinBasedControls = 0x4000,
  kPrimaryControls = 0x4002,
  kExceptionBitmap = 0x4004,
  kPageFaultMask = 0x4006,
  kPageFaultMatch = 0x4008,
  kExitControls = 0x400c,
  kEntryControls = 0x4012,
  kEntryInterruption = 0x4016,
  kSecondaryControls = 0x401e,
  kInstructionError = 0x4400,
  kExitReason = 0x4402,
  kExitInterruption = 0x4404,
  kExitErrorCode = 0x4406,
  kVectoringInformation = 0x4408,
  kInstructionLength = 0x440c,
  kGuestEsLimit = 0x4800,
  kGuestGdtrLimit = 0x4810,
  kGuestIdtrLimit = 0x4812,
  kGuestEsAccess = 0x4814,
  kGuestInterruptibility = 0x4824,
  kGuestActivity = 0x4826,
  kPreemptionTimerValue = 0x482e,
  kQualification = 0x6400,
  kGuestLinearAddress = 0x640a,
  kGuestCr0 = 0x6800,
  kGuestCr3 = 0x6802,
  kGuestCr4 = 0x6804,
  kGuestEsBase = 0x6806,
  kGuestGdtrBase = 0x6816,
  kGuestIdtrBase = 0x6818,
  kGuestDr7 = 0x681a,
  kGuestRsp = 0x681c,
  kGuestRip = 0x681e,
  kGuestRflags = 0x6820,
  kGuestPendingDebug = 0x6822,
  kGuestSCet = 0x6828,
  kGuestSsp = 0x682a,
  kGuestSspTable = 0x682c,
  kHostCr0 = 0x6c00,
  kHostCr3 = 0x6c02,
  kHostCr4 = 0x6c04,
  kHostTrBase = 0x6c0a,
  kHostGdtrBase = 0x6c0c,
  kHostIdtrBase = 0x6c0e,
  kHostRip = 0x6c16,
  kHostSCet = 0x6c18,
  kHostSsp = 0x6c1a,
  kHostSspTable = 0x6c1c,
};

}  // namespace image
