// The tool's own errors. Like the engine's, each message is one line fit for a user, so that there is one place (Program)
// that prints errors and one rule for which exit code they give.
using RsrPlugins.Core;

namespace RsrPlugins.Cli;

/// <summary>The command line asks for something that cannot be; exit code 2.</summary>
internal sealed class UsageException(string message) : RsrException(message);

/// <summary>Who read our output has gone. That is no mistake and needs no word; exit code 3, because the picture did not get
/// through.</summary>
internal sealed class ReaderGoneException() : RsrException("standard output was closed by its reader");

/// <summary>A picture file cannot be read or written as asked; exit code 3. The message starts with the file's name.</summary>
internal sealed class PictureFileException(string path, string problem, Exception? inner = null) : RsrException($"{path}: {problem}", inner)
{
    /// <summary>The file, as the user knows it.</summary>
    public string Path { get; } = path;

    /// <summary>The message without the file's name.</summary>
    public string Problem { get; } = problem;
}
