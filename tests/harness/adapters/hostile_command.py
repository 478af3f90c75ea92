#!/usr/bin/python3
"""Speaks the line protocol and accepts every EPTP, until the case with id 7: there it does what its argument names."""
import json
import os
import subprocess
import sys
import time

BEHAVIOUR = sys.argv[1]
asked_before = []


def say(message):
    print(json.dumps(message), flush=True)


def misbehave(run, answers, mine):
    """What to say instead of the answers."""
    if BEHAVIOUR == "crash":
        os.abort()
    if BEHAVIOUR == "exit":
        sys.exit(3)
    if BEHAVIOUR == "hang":
        time.sleep(1000)
    if BEHAVIOUR == "close_and_stay":
        os.close(1)
        os.system("sleep 1000")  # a process of the group, that must not stay either
    if BEHAVIOUR == "child_stays":
        subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
        os._exit(4)
    if BEHAVIOUR == "truncate":
        sys.stdout.write('{"message":"run","run":')
        sys.stdout.flush()
        os._exit(0)
    if BEHAVIOUR == "garbage":
        print("Segmentation fault (not really)\x01\xff", flush=True)
        return None
    if BEHAVIOUR == "endless_line":
        while True:
            sys.stdout.write("x" * 65536)
    if BEHAVIOUR == "missing":
        answers.remove(mine)
    if BEHAVIOUR == "duplicate":
        answers.append(dict(mine))
    if BEHAVIOUR == "unknown_id":
        mine["id"] = 4711
    if BEHAVIOUR == "unknown_result":
        mine["result"] = "fine"
    if BEHAVIOUR == "more_words":
        mine["words"] = ["0x1"]
    if BEHAVIOUR == "unknown_key":
        mine["colour"] = "blue"
    if BEHAVIOUR == "no_result":
        del mine["result"]
    if BEHAVIOUR == "lie" or BEHAVIOUR == "flaky" and not asked_before:
        mine["result"] = "refused"
    asked_before.append(mine["id"])
    if BEHAVIOUR == "decline":
        del mine["result"]
        mine["declined"] = "not today"
    if BEHAVIOUR == "not_applicable":
        del mine["result"]
        mine["not_applicable"] = "no user shadow stacks: this processor has no control-flow enforcement (CPUID.07H:ECX.7)"
    if BEHAVIOUR == "flood_stderr":
        sys.stderr.write("noise\n" * 1_000_000)
    if BEHAVIOUR == "last_words":
        sys.stderr.write("the table is full\n")
        os._exit(1)
    return answers


def serve():
    run_before = None
    for line in sys.stdin:
        said = json.loads(line)
        if said["message"] == "hello":
            abi = said["abi"] + (BEHAVIOUR == "other_abi")
            say({"message": "hello", "abi": abi, "name": "hostile", "version": "1", "questions": ["eptp"], "configuration": "any"})
        elif said["message"] == "configure":
            word = {"decline_configuration": "declined", "configuration_not_applicable": "not_applicable"}.get(BEHAVIOUR)
            say({"message": "configure", **({word: "no such processor"} if word else {})})
        elif said["message"] == "run":
            answers = [{"id": case["id"], "result": "accepted"} for case in said["cases"]]
            mine = [answer for answer in answers if answer["id"] == 7]
            if mine:
                answers = misbehave(said, answers, mine[0])
            if BEHAVIOUR == "out_of_order":
                answers.reverse()
            if BEHAVIOUR == "late" and run_before is not None:
                say(run_before)
            if answers is None:
                continue
            if BEHAVIOUR == "one_by_one":
                for answer in answers:
                    say({"message": "run", "run": said["run"], "answers": [answer]})
                continue
            run_before = {"message": "run", "run": said["run"], "answers": answers}
            say(run_before)
        else:
            return


serve()
