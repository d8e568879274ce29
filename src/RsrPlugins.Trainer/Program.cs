// Prepares the process for Torch, then parses and runs one command. Errors meant for the user are one line on stderr.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Trainer;
using RsrPlugins.Trainer.Commands;
using RsrPlugins.Trainer.Runtime;

RuntimeTelemetry.Forbid();
TorchRuntime.EnsureProcessSettings();
TorchRuntime.EnsureLoadable();
return CommandLine.Run(args);
