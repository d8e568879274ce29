namespace RsrPlugins.Trainer;

/// <summary>An error whose message is meant for the user: says what was expected, what was found, and what to do.</summary>
internal sealed class TrainerException : Exception
{
    public TrainerException(string message)
        : base(message)
    {
    }

    public TrainerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
