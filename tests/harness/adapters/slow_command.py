#!/usr/bin/python3
"""Speaks the line protocol, refuses every EPTP and takes 20 ms for each case: for runs that are to be killed."""
import json
import sys
import time

for said in map(json.loads, sys.stdin):
    reply = {"message": said["message"]}
    if said["message"] == "hello":
        reply |= {"abi": 5, "name": "slow", "version": "1", "questions": ["eptp", "entry"], "configuration": "any"}
    elif said["message"] == "run":
        time.sleep(0.02 * len(said["cases"]))
        results = {"eptp": "refused", "entry": "page"}
        reply |= {"run": said["run"], "answers": [{"id": one["id"], "result": results[one["question"]]} for one in said["cases"]]}
    elif said["message"] == "bye":
        break
    print(json.dumps(reply), flush=True)
