"""Calls every method of ntop's Python client and prints what came back as JSON.

calls.py CLIENT_DIR URL USER PASSWORD TOKEN IFID HOST
"""
import inspect
import json
import sys
import time

client_dir, url, user, password, token, ifid, host = sys.argv[1:8]
sys.path.insert(0, client_dir)
sys.dont_write_bytecode = True

try:
    import pandas  # noqa: F401  the client turns time series into its frames
except ImportError:
    import types

    class DataFrame:
        """As much of pandas.DataFrame as the client touches."""

        def __init__(self, *args, **kwargs):
            self.args = args

        def __getattr__(self, name):
            return lambda *args, **kwargs: self

        def __setitem__(self, key, value):
            pass

        def __getitem__(self, key):
            return self

    stand_in = types.ModuleType("pandas")
    stand_in.DataFrame = DataFrame
    stand_in.to_datetime = lambda *args, **kwargs: args[0] if args else None
    stand_in.Index = lambda *args, **kwargs: list(args[0]) if args else []
    sys.modules["pandas"] = stand_in

from ntopng.ntopng import Ntopng  # noqa: E402

now = int(time.time())
VALUES = {
    "ifid": int(ifid), "ifid_num": int(ifid), "host": host, "host_ip": host, "ip": host, "vlan": 0,
    "max_num_results": 10, "currentPage": 1, "perPage": 5, "direction_rcvd": True,
    "epoch_begin": 0, "epoch_end": now + 60, "alert_family": "host", "select_clause": "*", "where_clause": "",
    "maxhits": 10, "max_hits": 10, "group_by": "", "order_by": "",
    "ts_schema": "iface:traffic", "ts_query": "ifid:" + ifid,
}
# What is no call of the API: plumbing, and the self tests that call the others.
PLUMBING = {"request", "post_request", "issue_request", "issue_post_request", "enable_debug", "get_url",
            "timeseries_to_pandas", "self_test"}

out = {}


def call_all(prefix, obj):
    for name, method in inspect.getmembers(obj, inspect.ismethod):
        if name.startswith("_") or name in PLUMBING:
            continue
        args = [VALUES[p.name] for p in inspect.signature(method).parameters.values()]
        try:
            result = method(*args)
        except Exception as e:  # the outcome is the result
            out[prefix + name] = {"error": str(e)}
            continue
        kind = type(result).__name__
        entry = {"type": kind}
        try:
            entry["size"] = len(result)
            entry["value"] = json.loads(json.dumps(result))
        except TypeError:
            pass
        out[prefix + name] = entry


def refused(**login):
    try:
        Ntopng(url=url, **login)
        return False
    except ValueError:
        return True


out["wrong password refused"] = {"value": refused(username=user, password=password + "x")}
out["wrong token refused"] = {"value": refused(auth_token="0" * 32)}
by_token = Ntopng(auth_token=token, url=url)
out["by token"] = {"value": by_token.get_interfaces_list()}
n = Ntopng(user, password, None, url)
call_all("ntopng.", n)
call_all("interface.", n.get_interface(int(ifid)))
call_all("host.", n.get_interface(int(ifid)).get_host(host))
call_all("historical.", n.get_historical_interface(int(ifid)))
json.dump(out, sys.stdout)
