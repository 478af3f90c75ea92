"""An adapter that speaks the line protocol, around an EPT walker of its own, which is one processor without options."""
import json
import sys

ADDRESS = (1 << 52) - 4096
PROCESSOR = {"maxphyaddr": 46, "capability": "0x34141", "primary_controls": "0x80000000", "secondary_controls": "0x2"}
HELLO = {"abi": 5, "name": "walker.py", "version": "1", "questions": ["eptp", "entry", "walk"], "configuration": PROCESSOR}


def check_eptp(eptp):
    return "accepted" if eptp & 7 in (0, 6) and eptp & 0xFF8 == 0x18 and eptp >> 46 == 0 else "refused"


def classify(level, entry):
    if entry & 7 == 0:
        return "not_present"
    page = level == 1 or level < 4 and entry & 0x80 != 0
    low = {(3, True): 0x3FFFF000, (2, True): 0x1FF000, (1, True): 0}.get((level, page), 0xF8 if level == 4 else 0x78)
    if entry & (low | (1 << 52) - (1 << 46)) or entry & 3 == 2 or (page and entry >> 3 & 7 in (2, 3, 7)):
        return "misconfigured"
    return "page" if page else "table"


def walk(eptp, memory, gpa, access):
    if access & ~7:
        return {"declined": "plain reads, writes and fetches only"}
    saved, table, rights = {"guest_physical_address": hex(gpa), "qualification_valid": 0x38}, eptp & ADDRESS, 7
    if gpa >> 48:
        return {"result": "violation", "level": 0}
    for level in (4, 3, 2, 1):
        entry = memory.get(table | (gpa >> 9 * level + 3 & 0x1FF) << 3, 0)
        kind = classify(level, entry)
        if kind not in ("table", "page"):
            return {"result": "violation" if kind == "not_present" else "misconfiguration", "level": level, "qualification": 0, **saved}
        table, rights = entry & ADDRESS, rights & entry
        if kind == "page":
            break
    if access & ~rights:
        return {"result": "violation", "level": level, "qualification": rights << 3, **saved}
    offset = (1 << 9 * level + 3) - 1
    return {"result": "translated", "level": level, "host_physical_address": hex(table & ~offset | gpa & offset)}


def answer(case):
    word = {key: int(value, 16) for key, value in case.items() if isinstance(value, str) and value.startswith("0x")}
    if case["question"] == "eptp":
        return {"id": case["id"], "result": check_eptp(word["eptp"]), "vm_instruction_error": 7}
    if case["question"] == "entry":
        return {"id": case["id"], "result": classify(case["level"], word["entry"])}
    memory = {int(address, 16): int(value, 16) for address, value in case["words"]}
    return {"id": case["id"], **walk(word["eptp"], memory, word["guest_physical_address"], word["access"])}


for said in map(json.loads, sys.stdin):
    if said["message"] == "bye":
        break
    more = {"hello": HELLO, "configure": {}}.get(said["message"])
    if said["message"] == "run":
        more = {"run": said["run"], "answers": [answer(case) for case in said["cases"]]}
    print(json.dumps({"message": said["message"], **more}), flush=True)
