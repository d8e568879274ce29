// The list of commands and how they are run: help with examples, usage errors as one line with exit code 2 (the library's own
// default is 1 and the whole help text), signals left to StopSignals.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using RsrPlugins.Cli.Batch;
using RsrPlugins.Cli.Bench;

namespace RsrPlugins.Cli.Commands;

internal static partial class RsrCommandLine
{
    private const string ExitCodes = """
        Exit codes:
          0 done, 1 unexpected failure, 2 bad usage, 3 some inputs failed, 4 models or runtime missing or damaged, 130 cancelled
          If only the report cannot be written (full disk, closed output), the pictures are still made and the exit code is 1.

        Environment:
          RSR_MODELS   folder with models.json, instead of the one beside the program
          RSR_USER_MODELS  folder for added models, instead of the one in your application data folder
          RSR_TRACE=1  shows the stack trace of an unexpected failure
        """;

    private static readonly Option<bool> _parentStandardInput = new("--parent-stdin")
    {
        Description = "Stop when standard input is closed, for example because the parent process has ended.",
        Recursive = true,
    };

    public static Task<int> RunAsync(string[] args, CliContext context) => RunAsync(Create(context), args, context);

    /// <summary>The same for a program that enlarges and does nothing else: what other commands need can be left out of it.</summary>
    public static Task<int> RunUpscaleAsync(string[] args, CliContext context)
    {
        RootCommand root = new RootCommand();
        root.Add(UpscaleCommand.Create(context));
        root.Options.Add(_parentStandardInput);
        return RunAsync(root, args, context);
    }

    private static async Task<int> RunAsync(RootCommand root, string[] args, CliContext context)
    {
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && !AsksForHelp(parsed))
        {
            string command = parsed.CommandResult.Command is RootCommand ? "rsr" : $"rsr {parsed.CommandResult.Command.Name}";
            throw new UsageException($"{InPlainWords(parsed.Errors[0].Message)} Try '{command} --help'.");
        }

        if (parsed.GetValue(_parentStandardInput))
        {
            if (parsed.Tokens.Any(token => StandardInput.IsNamed(token.Value)))
            {
                throw new UsageException("--parent-stdin waits for the end of standard input, so no picture can be read from it.");
            }

            context.StopWithStandardInput();
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Output,
                Error = context.Error,
            },
            context.CancellationToken
        );
    }

    private static RootCommand Create(CliContext context)
    {
        RootCommand root = new RootCommand("Learned image resizing: reduces and enlarges pictures with networks trained as a pair.");
        Command[] commands =
        [
            DownscaleCommand.Create(context),
            UpscaleCommand.Create(context),
            CompressCommand.CreateCompress(context),
            CompressCommand.CreateRestore(context),
            CompareCommand.Create(context),
            ViewCommand.Create(context),
            EvaluateCommand.Create(context),
            ModelsCommand.Create(context),
            BenchCommand.Create(context),
        ];
        foreach (Command command in commands)
        {
            root.Add(command);
        }

        root.Options.Add(_parentStandardInput);
        root.SetAction(int (_) => throw new UsageException("A command is missing. Try 'rsr --help'."));
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, root, ExitCodes);
        return root;
    }

    // The library names the type of the code.
    private static string InPlainWords(string message) =>
        NotParsed().Match(message) is { Success: true } match
            ? $"{match.Groups["option"].Value} takes {(match.Groups["type"].Value.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "a number")}; found '{match.Groups["found"].Value}'."
            : message;

    [GeneratedRegex(
        @"^Cannot parse argument '(?<found>.*)' for option '(?<option>[^']*)' as expected type '(?<type>System\..*)'\.",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline
    )]
    private static partial Regex NotParsed();

    private static bool AsksForHelp(ParseResult parsed) => parsed.Action is HelpWithExamples;

    /// <summary>The library's help, then the command's own examples and explanations.</summary>
    private sealed class HelpWithExamples(HelpAction inner, RootCommand root, string rootDetails) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            Command command = parseResult.CommandResult.Command;
            string? details = command == root ? rootDetails : (command as DetailedCommand)?.Details;
            if (details is not null)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(details.TrimEnd());
            }

            return code;
        }
    }
}
