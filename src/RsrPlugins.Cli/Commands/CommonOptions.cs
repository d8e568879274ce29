// Options several commands share, made anew for each so that the help of every command is whole.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;

namespace RsrPlugins.Cli.Commands;

internal static class CommonOptions
{
    /// <summary>One or more inputs. What looks like an option and is no file is a mistyped option, not a missing picture.</summary>
    public static Argument<string[]> Inputs(string name, string description)
    {
        Argument<string[]> argument = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result =>
        {
            if (
                result
                    .Tokens.Select(token => token.Value)
                    .FirstOrDefault(value => value.StartsWith('-') && value != StandardInput.Name && !Path.Exists(value)) is
                { } option
            )
            {
                result.AddError($"Unrecognized option '{option}'.");
            }
        });
        return argument;
    }

    /// <summary>--engine own|onnxruntime</summary>
    public static Option<EngineKind?> Engine() =>
        new("--engine")
        {
            Description =
                "Engine for the CPU: own (rsr's engine; networks it does not know run on ONNX Runtime) or onnxruntime.",
            HelpName = "own|onnxruntime",
            CustomParser = result => Parse<EngineKind?>(result, ("own", EngineKind.Own), ("onnxruntime", EngineKind.OnnxRuntime)),
        };

    /// <summary>--device auto|cpu|directml.</summary>
    public static Option<DeviceChoice> Device()
    {
        Option<DeviceChoice> option = new Option<DeviceChoice>("--device")
        {
            Description = "Where networks run: auto (the default: DirectML if a GPU is available, otherwise the CPU), cpu, directml.",
            HelpName = "auto|cpu|directml",
            CustomParser = result =>
                Parse<DeviceChoice>(result, ("auto", DeviceChoice.Auto), ("cpu", DeviceChoice.Cpu), ("directml", DeviceChoice.DirectML)),
        };
        return option;
    }

    /// <summary>A scale must be one the list of models names; what is not installed of it is said later.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public static void CheckScale(ModelCatalogue catalogue, int scale)
    {
        IReadOnlyList<int> scales = catalogue.ListedScales();
        if (!scales.Contains(scale))
        {
            string all = scales.Count < 2 ? string.Join(", ", scales) : $"{string.Join(", ", scales.SkipLast(1))} or {scales[^1]}";
            throw new UsageException($"--scale takes {all}; found {scale}.");
        }
    }

    /// <summary>--threads N, 0 = one per core.</summary>
    public static Option<int> Threads()
    {
        Option<int> option = new Option<int>("--threads")
        {
            Description = "Number of CPU threads; 0 (the default) means one per core.",
            HelpName = "N",
        };
        option.Validators.Add(result => Range(result, 0, 1024));
        return option;
    }

    /// <summary>--effort N, 0 = RRNet alone.</summary>
    public static Option<int> Effort()
    {
        Option<int> option = new Option<int>("--effort", "-e")
        {
            Description =
                $"Number of passes that correct the reduced picture by the error of its enlargement, 0 (the default) to {LumaRefiner.MaxPasses}.",
            HelpName = "N",
        };
        option.Validators.Add(result => Range(result, 0, LumaRefiner.MaxPasses));
        return option;
    }

    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };

    /// <summary>Refuses a whole number outside a range; what is no number is refused by the parser.</summary>
    public static void Range(OptionResult result, int min, int max)
    {
        if (
            result.Tokens.Count == 1
            && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int value)
            && (value < min || value > max)
        )
        {
            result.AddError(
                max == int.MaxValue
                    ? $"{result.Option.Name} takes at least {min}; found {value}."
                    : $"{result.Option.Name} takes {min} to {max}; found {value}."
            );
        }
    }

    /// <summary>Parses one of a few words, in any case; the error names them all.</summary>
    public static T Parse<T>(ArgumentResult result, params (string Word, T Value)[] choices)
    {
        string found = result.Tokens[0].Value;
        foreach ((string word, T value) in choices)
        {
            if (word.Equals(found, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        string option = (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
        result.AddError($"{option} takes {string.Join(", ", choices.Select(choice => choice.Word))}; found '{found}'.");
        return default!;
    }
}
