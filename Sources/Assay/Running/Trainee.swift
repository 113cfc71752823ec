/// An agent together with what changes it: what a run starts from.
public struct Trainee<Subject: Agent, Teacher: Learner & ~Copyable>: ~Copyable
where Teacher.Observation == Subject.Observation, Teacher.Action == Subject.Action {
  public var agent: Subject
  public var learner: Teacher

  public init(agent: Subject, learner: consuming Teacher) {
    self.agent = agent
    self.learner = learner
  }
}
