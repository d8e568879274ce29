// Standard output and standard error as they may be: a full disk, a reader that has gone, or not there at all. What is said there
// is a report, and a report that cannot be written never stops the work (15 pictures of 16 are not thrown away because a log is
// full). So both are written through a writer that drops what cannot be written and remembers that it did.
//
// A stream that was closed before the program started is worse than a full one: its number is given to the next file the runtime
// opens, and text written to it goes there. Whatever a process inherits is not marked "close on exec", and all that the
// runtime opens is; that tells them apart.
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RsrPlugins.Cli.Terminal;

internal static partial class StandardStreams
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    /// <summary>Puts writers that do not throw in the place of Console.Out and Console.Error.</summary>
    /// <returns>That of standard output, which knows whether the report got through.</returns>
    public static ReportWriter Guard()
    {
        ReportWriter output = new ReportWriter(IsInherited(Output) ? Console.Out : null);
        ReportWriter error = new ReportWriter(IsInherited(Error) ? Console.Error : null);
        Console.SetOut(output);
        Console.SetError(error);
        return output;
    }

    /// <summary>Standard output for bytes; unlike the console's own stream it says when the reader has gone.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static Stream OpenOutput() =>
        !IsInherited(Output) ? throw new IOException("standard output is closed")
        : OperatingSystem.IsWindows() ? Console.OpenStandardOutput()
        : new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    /// <summary>Standard input for bytes.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static Stream OpenInput() =>
        IsInherited(Input) ? Console.OpenStandardInput() : throw new IOException("standard input is closed");

    /// <summary>True if the process was started with this stream; one that it was not started with may be any file of the
    /// runtime.</summary>
    public static bool IsInherited(int stream)
    {
        if (OperatingSystem.IsWindows())
        {
            return true; // Handles are not numbered here, and a missing one is not given to anybody else.
        }

        const int getFlags = 1,
            closeOnExec = 1;
        int flags = FileControl(stream, getFlags);
        return flags >= 0 && (flags & closeOnExec) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int file, int command);
}

/// <summary>A writer for reports: never throws because of what is behind it.</summary>
/// <param name="inner">Null if there is nothing to write to.</param>
internal sealed class ReportWriter(TextWriter? inner) : TextWriter
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Why something could not be written, in the system's words; null while all could. A reader that has gone is no
    /// reason.</summary>
    public string? Failure { get; private set; }

    public override Encoding Encoding => inner?.Encoding ?? _utf8;

    public override void Write(char value) => Try(inner => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(inner => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(inner => inner.Write(value));

    public override void WriteLine() => Try(inner => inner.WriteLine());

    public override void WriteLine(string? value) => Try(inner => inner.WriteLine(value));

    public override void Flush() => Try(inner => inner.Flush());

    private void Try(Action<TextWriter> write)
    {
        if (inner is null)
        {
            Failure ??= "it is closed";
            return;
        }

        try
        {
            write(inner);
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            Failure ??= OneLine.Of(error.Message);
        }
    }
}
