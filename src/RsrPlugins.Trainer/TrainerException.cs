// The errors of the trainer are shown as those of the engine are: one line for the user.
using RsrPlugins.Core;

namespace RsrPlugins.Trainer;

/// <summary>An error whose message is meant for the user: says what was expected, what was found, and what to do.</summary>
internal sealed class TrainerException : RsrException
{
    public TrainerException(string message)
        : base(message) { }

    public TrainerException(string message, Exception inner)
        : base(message, inner) { }
}
