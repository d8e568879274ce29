// Standard input as a picture file. Whoever reads a picture opens it several times (what is it, what does it say, its pixels), and a
// pipe can be read once, so it is copied into the system's temporary folder first.
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Terminal;

namespace RsrPlugins.Cli.Batch;

internal static class StandardInput
{
    /// <summary>The name that means standard input.</summary>
    public const string Name = "-";

    /// <summary>How it is called where users read it.</summary>
    public const string Shown = "standard input";

    /// <summary>"-", or one of the system's own names for it.</summary>
    public static bool IsNamed(string argument) => argument is Name or "/dev/stdin" or "/dev/fd/0" or "/proc/self/fd/0";

    /// <summary>A pipe that the shell opened for this process ("&lt;(...)"): nobody has to be waited for who may never come.</summary>
    public static bool IsOpenPipe(string argument) =>
        (argument.StartsWith("/dev/fd/", StringComparison.Ordinal) || argument.StartsWith("/proc/self/fd/", StringComparison.Ordinal))
        && FileKinds.Of(argument) == FileKind.Pipe;

    /// <summary>Copies a stream to a file that is deleted with the process.</summary>
    /// <param name="argument">One of the names above.</param>
    /// <param name="temporaryFiles">Names and deletes it.</param>
    /// <param name="cancellationToken">Looked at while the other side is slow.</param>
    /// <exception cref="PictureFileException">There is no input, or no room for it.</exception>
    public static string Spool(string argument, TemporaryFiles temporaryFiles, CancellationToken cancellationToken)
    {
        if (IsNamed(argument) && !Console.IsInputRedirected)
        {
            throw new UsageException(
                "- reads a picture from standard input, which is a terminal here; give a file, or a pipe such as 'cat photo.jpg | rsr ...'."
            );
        }

        string path = temporaryFiles.NameFor(Path.Combine(Path.GetTempPath(), "standard-input"));
        try
        {
            using Stream input = IsNamed(argument) ? StandardStreams.OpenInput() : File.OpenRead(argument);
            using FileStream copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            input.CopyToAsync(copy, cancellationToken).GetAwaiter().GetResult();
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PictureFileException(
                IsNamed(argument) ? Shown : argument,
                $"cannot be read: {error.Message.Replace(path, Path.GetTempPath(), StringComparison.Ordinal)}",
                error
            );
        }
    }
}
