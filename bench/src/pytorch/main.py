"""One workload in PyTorch: reads {"kind", "spec", "threads", "channelsLast", "seconds"} from stdin, prints one line of JSON."""
import json
import os
import sys

task = json.load(sys.stdin)
# OpenMP reads it once, when PyTorch is loaded
os.environ["OMP_NUM_THREADS"] = str(task["threads"])

import torch  # noqa: E402
from measure import measure  # noqa: E402

torch.set_num_threads(task["threads"])
if hasattr(torch.backends, "nnpack"):  # where it cannot run it only warns, at every convolution
    torch.backends.nnpack.set_flags(False)

calls, layout = 1, torch.channels_last if task["channelsLast"] else torch.contiguous_format
if task["kind"] == "training":
    import training

    run = training.prepare(task["spec"], layout)
else:
    import micro

    run, calls = micro.prepare(task["spec"]["op"], layout)
result = measure(run, task["seconds"])
result["medianMs"] /= calls
print(json.dumps({**result, "note": "", "version": torch.__version__}))
